// Package beacon brings public randomness to the giveaways that wait for it.
//
// A sealed giveaway names a chain and a round. The beacon waits until the round
// is due, gets its signature, checks it as everybody else will
// (drawproof.VerifyBeacon) and hands it in as a control record. It waits, and
// never substitutes: a round that is late is late, and the same round decides
// when it comes. Anybody else may hand the round in first; a second one changes
// nothing.
//
// Two sources are built in: relays of drand's quicknet over HTTP, and a local
// chain for an installation without them. The local chain is signed with a key
// that the operator holds, so it proves nothing against the operator; drawproof
// grades it accordingly.
package beacon
