package giveaway

// Rules by which a room refuses what staff ask of its giveaways. A refusal's
// error carries its rule (record.Breaks), the dead letter too, and pages have
// words for each. They are stable: a rule is never given another meaning. What
// the studio finds before it asks has rules of its own.
const (
	RulePhrase  = "room-phrase"    // another event of the same time has this passphrase
	RuleFull    = "room-full"      // MaxLive are under way
	RuleOther   = "room-other"     // the id has another plan
	RuleOver    = "room-over"      // the id is of a giveaway that is over
	RuleLate    = "room-late"      // it came after it would have closed
	RuleBeacon  = "room-beacon"    // of no chain of this installation
	RuleKeys    = "room-keys"      // of another installation's keys
	RuleWins    = "room-wins"      // it keeps no more of what other rooms gave
	RuleNone    = "room-none"      // no such giveaway
	RuleOften   = "extend-often"   // twice already
	RuleClosed  = "extend-closed"  // nothing to extend
	RuleLong    = "extend-long"    // beyond MaxWindow, of a rain MaxRain
	RuleEarlier = "extend-earlier" // the close only moves forward
	RuleShort   = "extend-short"   // the round stays the same
	RuleBegun   = "end-begun"      // too late to cancel
	RuleEarly   = "end-early"      // too early to be void
	RuleSealed  = "end-sealed"     // void only by a dead chain
	RuleDrawn   = "end-drawn"      // a draw stands
	RuleReason  = "end-reason"     // not a reason that ends it now

	RuleConfirmRole  = "confirm-role"  // not by a program of the platform
	RuleConfirmNone  = "confirm-none"  // the user holds no prize that asks for it
	RuleConfirmEarly = "confirm-early" // nothing is theirs yet
	RuleConfirmLate  = "confirm-late"  // their time is over
	RuleConfirmDone  = "confirm-done"  // a confirmation stands
	RuleConfirmOften = "confirm-often" // refused as often as is kept
)
