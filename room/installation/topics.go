package installation

import (
	"context"
	"fmt"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// Topics is the command that creates the topics of a cluster or checks them.
type Topics struct {
	Cluster
	Storage
	Create bool `help:"Create what is missing; otherwise only check."`
}

// Run creates or checks.
func (c *Topics) Run(ctx context.Context) error {
	log, err := c.Open(c.Data, "fudai-topics", nil)
	if err != nil {
		return err
	}
	defer log.Close()
	opt := kafkalog.TopicOptions{Replication: c.Replication}
	if c.Create {
		err = kafkalog.EnsureTopics(ctx, log, opt)
	} else {
		err = kafkalog.VerifyTopics(ctx, log, opt)
	}
	if err == nil {
		fmt.Println("the topics are as they must be")
	}
	return err
}
