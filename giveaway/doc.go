// Package giveaway is the state machine of all giveaways of one room:
// lotteries, lucky bags, flash grabs, red packets and red-packet rains, drawn by
// giveaway/drawproof.
//
// Everything moves by records. What stands in fudai.comments (entries, claims,
// the signed open and close markers) decides who is in; what the owner appended
// to fudai.ledger and read back (plan, entrant list, seal, draw, grants) decides
// how far an event has come; staff and beacons speak through fudai.control.
// Folding the same records gives the same state on any owner, in whatever order
// the three topics are read beside each other: a decision that is read before
// the comments it rests on waits for them.
//
// [Events.Due] derives from the state what the owner should append next. It
// asks for the same thing again until it has been read back, so an owner that
// lost an append, or crashed at any point, needs no memory of what it tried.
//
// A reader that finds a part of the comments gone (retention, a snapshot that
// is too old) is told so by [Events.Lose]. What was sealed goes on by the word of
// the ledger, which holds the entrant list with its users; what was open and not
// sealed is void, with the reason.
//
// Staff end an event for a reason of a closed list (record.EndCodes), and whoever
// was in is told it in their own language, with what staff wrote beside it. Once
// the close marker stands only a technical fault or a demand from outside is one:
// who could still choose then could choose by who is in.
//
// A plan may ask for the operator's proof beside the beacon (drawproof, R44), for
// very large prizes. It is then drawn by any owner that has the plan's key, and by
// nothing else: without the key the sealed event waits, and is void an hour after
// its round, with what the organiser promised for that case ([ProofDueMs]).
//
// A prize may ask that the platform confirms its winner (Prize.StepUp). A claim of it
// counts together with that word, in any order, both within the time for claims; a
// refusal ends nothing, and without a confirmation the unit goes to the next alternate
// with a code of its own. What was said of each holder stands in the bundle (R45, confirm.go).
//
// Caps bound how often one person wins, in the room or in all rooms of its shop,
// whose wins the studio tells to the room (wins.go).
//
// Accounts that are tied to each other (Plan.Cluster: one device, one pay
// account, and so on) get one ticket together, that of whoever entered first.
// Like the block list and the caps it works before the seal and never after:
// whom it excludes stands in the sealed exclusions with its public reason, and an
// appeal that is right changes what comes later, not the draw.
//
// Two signs that no person acted are kept and do nothing by themselves: how soon
// an entry came after its opening was delivered (signs.go), and an entry to a decoy,
// which stands in the stream and on no page (decoy.go). Whoever writes a bot against
// the source of our library passes the decoys; they catch the simple ones that
// script the wire. Only a person may make something of a sign, and only on the block
// list of a plan that is not announced: that of an announced one is fixed by a hash.
//
// The package is pure: no clock, no randomness, no I/O. Time is room time, an
// argument. It does not decide which plans a shop may run (giveaway/studio), does
// not fetch public randomness (giveaway/beacon) and moves no goods or money
// (giveaway/fulfil).
package giveaway
