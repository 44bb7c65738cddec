package studio

import "slices"

// Roles of staff. Somebody may have several.
const (
	Host       = "host"
	Assistant  = "assistant"
	Moderator  = "moderator"
	Marketer   = "marketer"
	Approver   = "approver"
	Fulfilment = "fulfilment"
	Auditor    = "auditor"
	Operator   = "operator"
)

// Roles lists every role.
var Roles = []string{Host, Assistant, Moderator, Marketer, Approver, Fulfilment, Auditor, Operator}

var everybody = Roles

// permissions is the whole of who may do what. What is not here nobody may.
// An operator runs the installation: it appoints people, yet plans, approves
// and pays nothing by that role alone.
var permissions = map[string][]string{
	"shop.read":        everybody,
	"shop.write":       {Operator},
	"staff.read":       {Operator, Auditor},
	"staff.write":      {Operator},
	"room.write":       {Operator, Marketer},
	"show.write":       {Operator, Marketer, Host},
	"prize.write":      {Marketer},
	"stock.write":      {Marketer, Fulfilment},
	"budget.write":     {Approver, Operator},
	"ledger.read":      {Marketer, Approver, Fulfilment, Auditor, Operator},
	"giveaway.read":    everybody,
	"giveaway.write":   {Marketer, Host},
	"giveaway.approve": {Approver},
	"giveaway.run":     {Marketer, Host},                      // schedule, cancel, extend
	"giveaway.tap":     {Marketer, Host, Assistant},           // start what waits for a tap, or a template
	"giveaway.stop":    {Marketer, Host, Moderator, Operator}, // all that is not yet announced
	"block.read":       {Marketer, Approver, Auditor},         // who is ruled out by name
	"template.write":   {Marketer},
	"template.approve": {Approver},
	"audit.read":       {Auditor, Approver, Operator},
	"prize.state":      {Fulfilment, Marketer, Auditor, Operator}, // the queue without personal data
	"prize.handle":     {Fulfilment},                              // ship, retry, import tracking
	"prize.person":     {Fulfilment},                              // names, telephone numbers and addresses
	"coupon.write":     {Fulfilment, Marketer},
	"export":           {Fulfilment, Auditor},
	"hook.write":       {Operator},
}

// allowed reports whether any of the roles may do it.
func allowed(do string, roles []string) bool {
	for _, r := range permissions[do] {
		if slices.Contains(roles, r) {
			return true
		}
	}
	return false
}
