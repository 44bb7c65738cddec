package shard

import (
	"encoding/json"
	"sync"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// compiler makes rule sets beside the folds: ten thousand words take tens of
// milliseconds, which no partition may stand still for, and 64 partitions that
// get the same text share one answer.
type compiler struct {
	compile func(yaml string) (*moderation.RuleSet, error)

	mu   sync.Mutex
	made map[string]*compiled
	old  []string // texts of made, longest unused first
}

// compiled is one text's rule set; set and err are written before done is closed.
type compiled struct {
	done chan struct{}
	set  *moderation.RuleSet
	err  error
}

// mostCompiled bounds the rule sets that wait for use. A partition holds those
// that are in force itself.
const mostCompiled = 32

func newCompiler() *compiler {
	return &compiler{made: map[string]*compiled{}, compile: func(yaml string) (*moderation.RuleSet, error) {
		return moderation.Parse([]byte(yaml))
	}}
}

// begin starts to compile yaml unless that has begun, and answers what will
// have the result. cold reports that it had not begun.
func (c *compiler) begin(yaml string) (made *compiled, cold bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if made = c.made[yaml]; made != nil {
		return made, false
	}
	if len(c.old) == mostCompiled {
		delete(c.made, c.old[0])
		c.old = c.old[1:]
	}
	made = &compiled{done: make(chan struct{})}
	c.made[yaml] = made
	c.old = append(c.old, yaml)
	go func() {
		made.set, made.err = c.compile(yaml)
		close(made.done)
	}()
	return made, true
}

// get answers the rule set of yaml, and waits for it if need be; cold hears of
// a text that nobody had begun to compile.
func (c *compiler) get(yaml string, cold func()) (*moderation.RuleSet, error) {
	made, isCold := c.begin(yaml)
	if isCold {
		cold()
	}
	<-made.done
	return made.set, made.err
}

// prepare begins to compile the rules of a command, if it brings some; the
// command must not be decided before it is done.
func (c *compiler) prepare(ctl *record.Control) *compiled {
	if ctl.Kind != record.CtlRules {
		return nil
	}
	var d record.RulesData
	if json.Unmarshal(ctl.Data, &d) != nil || d.YAML == "" {
		return nil // the room refuses it, or takes the configured rules
	}
	made, _ := c.begin(d.YAML)
	return made
}

// ready reports whether the command's rules, if it has some, are compiled.
func (c *command) ready() bool {
	if c.rules == nil {
		return true
	}
	select {
	case <-c.rules.done:
		return true
	default:
		return false
	}
}
