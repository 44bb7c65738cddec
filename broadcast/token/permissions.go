package token

import (
	"maps"
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

// Roles of staff. Somebody may have several.
const (
	Host       = "host"
	Assistant  = "assistant"
	Moderator  = "moderator"
	Approver   = "approver"
	Fulfilment = "fulfilment"
	Auditor    = "auditor"
	Operator   = "operator"
)

// Roles lists every role of staff.
var Roles = []string{Host, Assistant, Moderator, Marketer, Approver, Fulfilment, Auditor, Operator}

// anybody stands for everybody, guests too.
const anybody = "anybody"

var (
	everybody = Roles
	crew      = []string{Assistant, Moderator, Host}
	guard     = []string{Moderator, Host}
	planners  = []string{Host, Marketer}
)

// permissions is the whole of who may do what, at the desk ("desk.…", followed
// by the kind of a command), in the history, in the studio and where people are
// let in. What is not here nobody may, but a program of the operator's (role
// service), which may do everything. An operator runs the installation: it
// appoints people, yet speaks in no room, plans, approves and pays nothing by
// that role alone.
var permissions = map[string][]string{
	"desk.rooms":     everybody, // which rooms there are
	"desk.view":      crew,      // what is held, who is muted, what the room asks
	"desk.see-rules": crew,
	"desk.try-rules": guard,
	"desk.goods":     {Assistant, Moderator, Host, Marketer},
	"desk.pair":      crew, // let a tablet in as oneself, into one room

	"desk." + record.CtlRoom:      {Host},
	"desk." + record.CtlShowStart: {Host},
	"desk." + record.CtlShowEnd:   {Host},
	"desk." + record.CtlMute:      guard,
	"desk." + record.CtlUnmute:    guard,
	"desk." + record.CtlPin:       crew,
	"desk." + record.CtlUnpin:     crew,
	"desk." + record.CtlProduct:   crew,
	"desk." + record.CtlCard:      {Assistant, Moderator, Host, Marketer},
	"desk." + record.CtlAttr:      crew,
	"desk." + record.CtlAnswer:    crew,
	"desk." + record.CtlQuestion:  crew,
	"desk." + record.CtlPrompt:    crew,
	"desk." + record.CtlCatalogue: {Assistant, Moderator, Host, Marketer},
	"desk." + record.CtlRetract:   guard,
	"desk." + record.CtlVerdict:   guard,
	"desk." + record.CtlLease:     guard,
	"desk." + record.CtlRules:     {Host},
	"desk." + record.CtlDirect:    {}, // a program of the operator's
	"desk." + record.CtlPlan:      planners,
	"desk." + record.CtlWords:     planners,
	"desk." + record.CtlCancel:    planners,
	"desk." + record.CtlVoid:      planners,
	"desk." + record.CtlBeacon:    {anybody}, // a round proves itself
	"desk." + record.CtlWins:      {},        // the studio's

	"desk." + record.CtlConfirm: {}, // the platform's server, which knows its users

	"desk." + record.CtlDecoy:      {}, // programs; people lay them in the studio
	"desk." + record.CtlCheckpoint: {}, // the transparency log's own

	"history.read":   guard,
	"history.acts":   {Host},
	"history.forget": {}, // the platform's server, which knows who asks

	"staff.read":    {Operator, Auditor},
	"staff.write":   {Operator},
	"operator.read": {Operator}, // the state of the machinery

	"shop.read":        everybody,
	"shop.write":       {Operator},
	"room.write":       {Operator, Marketer},
	"show.write":       {Operator, Marketer, Host},
	"prize.write":      {Marketer},
	"stock.write":      {Marketer, Fulfilment},
	"budget.write":     {Approver, Operator},
	"ledger.read":      {Marketer, Approver, Fulfilment, Auditor, Operator},
	"giveaway.read":    everybody,
	"giveaway.write":   planners,
	"giveaway.approve": {Approver},
	"giveaway.run":     planners,                              // schedule, cancel, extend
	"giveaway.tap":     {Marketer, Host, Assistant},           // start what waits for a tap, or a template
	"giveaway.decoy":   {Marketer},                            // a giveaway that is none, for programs to enter
	"giveaway.stop":    {Marketer, Host, Moderator, Operator}, // all that is not yet announced
	"block.read":       {Marketer, Approver, Auditor},         // who is ruled out by name
	"block.write":      {Marketer},                            // who showed a sign of a program, onto a draft's list
	"appeal.read":      {Marketer, Moderator, Approver, Auditor},
	"appeal.answer":    {Moderator, Approver},
	"template.write":   {Marketer},
	"template.approve": {Approver},
	"audit.read":       {Auditor, Approver, Operator},
	"openings.read":    {Auditor}, // who entered, of the sample that a spot audit asks about
	"openings.destroy": {Auditor, Operator},
	"prize.state":      {Fulfilment, Marketer, Auditor, Operator}, // the queue without personal data
	"prize.handle":     {Fulfilment},                              // ship, retry, import tracking
	"prize.person":     {Fulfilment},                              // names, telephone numbers and addresses
	"coupon.write":     {Fulfilment, Marketer},
	"export":           {Fulfilment, Auditor},
	"hook.write":       {Operator},
}

// Permissions is a copy of the table: which roles may do what.
func Permissions() map[string][]string {
	all := make(map[string][]string, len(permissions))
	for do, roles := range permissions {
		all[do] = append([]string{}, roles...)
	}
	return all
}

// Actions lists, in order, everything that the table knows.
func Actions() []string { return slices.Sorted(maps.Keys(permissions)) }

// Who lists the roles that may do it; known is false for what no row names.
func Who(do string) (roles []string, known bool) {
	roles, known = permissions[do]
	return slices.Clone(roles), known
}

// Allowed reports whether any of the roles may do it.
func Allowed(do string, roles []string) bool {
	for _, r := range permissions[do] {
		if r == anybody || slices.Contains(roles, r) {
			return true
		}
	}
	return false
}

// Does reports whether the token's roles may do it, wherever it is good.
func (c *Claims) Does(do string) bool {
	if _, known := permissions[do]; !known {
		return false
	}
	return c.Role == record.Service || Allowed(do, c.StaffRoles())
}

// StaffRoles are the roles of staff that the token says.
func (c *Claims) StaffRoles() []string {
	switch {
	case len(c.Roles) > 0:
		return c.Roles
	case c.Market:
		return []string{Marketer}
	case c.Staff():
		return []string{c.Role.String()}
	}
	return nil
}

// Appoint gives the token roles of staff, and with them what it is in a room.
func (c *Claims) Appoint(roles []string) {
	c.Roles, c.Market, c.Role = roles, slices.Contains(roles, Marketer), record.Viewer
	for _, r := range []record.Role{record.Assistant, record.Moderator, record.Host} {
		if slices.Contains(roles, r.String()) {
			c.Role = r
		}
	}
}
