package certificate

import (
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.UploadSigningCertificate, s.UploadSigningCertificate, s.askUploadSigning),
		edge.Bind(iamapi.ListSigningCertificates, s.ListSigningCertificates, s.askListSigning),
		edge.Bind(iamapi.UpdateSigningCertificate, s.UpdateSigningCertificate, s.askUpdateSigning),
		edge.Bind(iamapi.DeleteSigningCertificate, s.DeleteSigningCertificate, s.askDeleteSigning),

		edge.Bind(iamapi.UploadServerCertificate, s.UploadServerCertificate, s.askUploadServer),
		edge.Bind(iamapi.GetServerCertificate, s.GetServerCertificate, s.askGetServer),
		edge.Bind(iamapi.ListServerCertificates, s.ListServerCertificates, s.askListServers),
		edge.Bind(iamapi.UpdateServerCertificate, s.UpdateServerCertificate, s.askUpdateServer),
		edge.Bind(iamapi.DeleteServerCertificate, s.DeleteServerCertificate, s.askDeleteServer),
		edge.Bind(iamapi.TagServerCertificate, s.TagServerCertificate, s.askTagServer),
		edge.Bind(iamapi.UntagServerCertificate, s.UntagServerCertificate, s.askUntagServer),
		edge.Bind(iamapi.ListServerCertificateTags, s.ListServerCertificateTags, s.askListServerTags),
	}
}
