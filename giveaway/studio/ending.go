package studio

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// Ending is why somebody ends a giveaway.
type Ending struct {
	Code   string `json:"code,omitempty" enum:"goods,mistake,fault,show,ordered,other,dead-chain" doc:"Everybody who was in reads it in words of their language. goods: the prize is not to be had; mistake: what viewers were shown was wrong; fault: a technical fault; show: the show ended early, or something beyond anybody's control; ordered: an authority or the platform demands it; other (default): the reason says it. Before the close each of these six; between close and seal fault and ordered; behind the seal dead-chain, once its round is missing for 72 h."`
	Reason string `json:"reason,omitempty" doc:"Shown as it is written, at most 500 bytes; code other needs one."`
}

// ending reads why, with the code written out.
func ending(c *rest.Call) (in Ending, err error) {
	if err = c.Read(&in); err != nil {
		return in, err
	}
	return in, in.check()
}

func (in *Ending) check() error {
	in.Code, in.Reason = cmp.Or(in.Code, record.EndOther), strings.TrimSpace(in.Reason)
	var wrong []rest.Problem
	data := in.data("")
	for _, what := range data.Check() {
		field, _, _ := strings.Cut(what, " ")
		wrong = append(wrong, rest.Problem{Field: field, Rule: "reason", Message: what})
	}
	if len(wrong) == 0 {
		return nil
	}
	return rest.Refuse(http.StatusUnprocessableEntity, "refused", wrong[0].Message, wrong...)
}

func (in *Ending) data(event string) record.EventData {
	return record.EventData{Event: event, Code: in.Code, Reason: in.Reason}
}

// end notes the end of a giveaway that was not announced.
func (g *Giveaway) end(in Ending) { g.State, g.Why, g.EndCode = Cancelled, in.Reason, in.Code }
