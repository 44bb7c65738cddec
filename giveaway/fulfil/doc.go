// Package fulfil is what happens after a draw: it takes every grant out of the
// ledger once, waits for its claim, and sees to it that the winner gets what
// they won. Goods are shipped by people who work through a queue; coupon codes
// come out of an imported pool, each once; points and cash are booked by the
// shop's own system, which is told by a signed webhook. Fudai never moves money.
//
// A grant's id is the idempotency key of everything done about it. Webhooks go
// out of an outbox that is written in the transaction that read the grant, so
// none is lost; one whose answer was lost is sent again under the same key.
//
// Other systems read winners in fudai.awards: prize.won, prize.due and
// prize.expired of each grant, the event as key, grant/type in the header
// idempotency-key. Each stands there once, though its writer may die at any
// moment. User ids in it are plain, because who books a prize must know whose
// it is, so only systems that hand out prizes may read it; it has no name and
// no address. (The ledger, which every edge reads, has users only
// under the key of the event.)
//
// A prize of a plan may ask that the platform confirms its winner (stepUp). As soon
// as it is somebody's the webhook prize.confirm says whom, and until when; the
// platform answers with the command "confirm" at the desk, in the role service.
// Claim and confirmation come in any order, and until both are there nothing is due.
//
// What winners write into a form is sealed under a key of the giveaway, and
// gone for good when that key is destroyed.
//
// It decides nothing about who won or who claimed in time: the ledger does.
package fulfil
