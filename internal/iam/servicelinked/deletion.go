package servicelinked

import (
	"context"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// remembered is how long the outcome of a deletion can be asked for.
const remembered = 7 * 24 * time.Hour

// taskPrefix begins the ids of deletion tasks: task/aws-service-role/SERVICE/ROLE/UUID
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html).
const taskPrefix = "task" + record.PathServiceLinked

const inUse = "The role is still used by resources of the service. Delete the resources, then request the deletion of the role again."

// DeleteServiceLinkedRole deletes the role of a service unless something uses it. Which of the two happened is the outcome of a task.
func (s *Service) DeleteServiceLinkedRole(ctx context.Context, in *iamapi.DeleteServiceLinkedRoleRequest) (*iamapi.DeleteServiceLinkedRoleResponse, error) {
	uuid, err := draw.UUID(s.random)
	if err != nil {
		return nil, err
	}
	var id string
	err = s.db.Update(ctx, func(w store.Writer) error {
		row, err := record.FindRole(ctx, w, account(ctx), in.RoleName)
		if err != nil {
			return edge.NoRole(err, in.RoleName)
		}
		r := &row.Doc
		if !r.Linked() {
			return iamapi.NoSuchEntityException.New("The service-linked role with name %s cannot be found.", in.RoleName)
		}
		id = taskPrefix + r.LinkedService() + "/" + r.Name + "/" + uuid
		return s.perform(ctx, w, r, id)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.DeleteServiceLinkedRoleResponse{DeletionTaskId: id}, nil
}

// perform deletes the role, or notes why it is not deleted.
func (s *Service) perform(ctx context.Context, w store.Writer, r *record.Role, id string) error {
	usage, err := s.usage.ServiceRoleUsage(ctx, w, r.Account, r.LinkedService(), r.Name)
	if err != nil {
		return err
	}
	at := s.second()
	task := record.ServiceLinkedDeletion{Account: r.Account, ID: id, Created: at, Expires: at.Add(remembered)}
	if len(usage) > 0 {
		task.Failed, task.Reason, task.Usage = true, inUse, usage
		return record.ServiceLinkedDeletions.Insert(ctx, w, &task)
	}
	for i := range r.Attached {
		if err := record.Detach(ctx, w, attachment(r, &r.Attached[i])); err != nil {
			return err
		}
	}
	if err := record.Roles.Delete(ctx, w, r.ID); err != nil {
		return err
	}
	return record.ServiceLinkedDeletions.Insert(ctx, w, &task)
}

// GetServiceLinkedRoleDeletionStatus tells what became of a deletion.
func (s *Service) GetServiceLinkedRoleDeletionStatus(ctx context.Context, in *iamapi.GetServiceLinkedRoleDeletionStatusRequest) (*iamapi.GetServiceLinkedRoleDeletionStatusResponse, error) {
	if _, _, ok := splitTask(in.DeletionTaskId); !ok {
		return nil, iamapi.InvalidInputException.New("The deletion task id %s is not valid.", in.DeletionTaskId)
	}
	row, err := record.ServiceLinkedDeletions.Get(ctx, s.db, account(ctx), in.DeletionTaskId)
	if err != nil {
		return nil, edge.NotFound(err, "The deletion task %s cannot be found.", in.DeletionTaskId)
	}
	task := &row.Doc
	if !task.Failed {
		return &iamapi.GetServiceLinkedRoleDeletionStatusResponse{Status: iamapi.DeletionTaskStatusTypeSucceeded}, nil
	}
	reason := &iamapi.DeletionTaskFailureReasonType{Reason: &task.Reason}
	for i := range task.Usage {
		u := &task.Usage[i]
		reason.RoleUsageList = append(reason.RoleUsageList, iamapi.RoleUsageType{Region: &u.Region, Resources: u.Resources})
	}
	return &iamapi.GetServiceLinkedRoleDeletionStatusResponse{Status: iamapi.DeletionTaskStatusTypeFailed, Reason: reason}, nil
}

// splitTask takes the id of a task apart.
func splitTask(id string) (service, role string, ok bool) {
	rest, ok := strings.CutPrefix(id, taskPrefix)
	if !ok {
		return "", "", false
	}
	parts := strings.Split(rest, "/")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return "", "", false
	}
	return parts[0], parts[1], true
}
