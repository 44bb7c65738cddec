package studio

import "github.com/fudai-live/fudai/broadcast/token"

// Roles of staff. What each may do stands in one table, in broadcast/token.
const (
	Host       = token.Host
	Assistant  = token.Assistant
	Moderator  = token.Moderator
	Marketer   = token.Marketer
	Approver   = token.Approver
	Fulfilment = token.Fulfilment
	Auditor    = token.Auditor
	Operator   = token.Operator
)

// Roles lists every role.
var Roles = token.Roles
