package simulate

import "strings"

// scenario gives the kinds of EC2 resources that a value of ResourceHandlingOption demands
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html). EC2 decides a launch by every resource in it, so
// such a simulation has one result for each action, on all resources together.
func scenario(option string) (kinds []string, ok bool) {
	switch option {
	case "EC2-Classic-InstanceStore":
		return []string{"instance", "image", "security-group"}, true
	case "EC2-Classic-EBS":
		return []string{"instance", "image", "security-group", "volume"}, true
	case "EC2-VPC-InstanceStore":
		return []string{"instance", "image", "security-group", "network-interface"}, true
	case "EC2-VPC-InstanceStore-Subnet":
		return []string{"instance", "image", "security-group", "network-interface", "subnet"}, true
	case "EC2-VPC-EBS":
		return []string{"instance", "image", "security-group", "network-interface", "volume"}, true
	case "EC2-VPC-EBS-Subnet":
		return []string{"instance", "image", "security-group", "network-interface", "subnet", "volume"}, true
	}
	return nil, false
}

// checkScenario holds the resources to what the option demands; without an option there is nothing to hold.
func checkScenario(option *string, resources []string) error {
	if option == nil {
		return nil
	}
	kinds, ok := scenario(*option)
	if !ok {
		return invalid("Invalid resource handling option: %s", *option)
	}
	for _, kind := range kinds {
		if !hasEC2(resources, kind) {
			return invalid("The resource handling option %s needs a resource of type %s.", *option, kind)
		}
	}
	return nil
}

func hasEC2(resources []string, kind string) bool {
	for _, arn := range resources {
		parts := strings.SplitN(arn, ":", arnParts)
		if len(parts) == arnParts && parts[2] == "ec2" && strings.HasPrefix(parts[5], kind+"/") {
			return true
		}
	}
	return false
}
