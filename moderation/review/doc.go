// Package review asks an outside reviewer, a model or a service of yours, about
// comments, over HTTP and in batches, and hands its verdicts to the rooms as
// commands. It decides nothing itself: a verdict takes effect where the room's
// ledger says, like everything else that changes one.
//
// It is not the place for rules (package moderation), nor for what a verdict
// does (package room). A queue for people is the desk's.
//
// # What is asked
//
// A comment that a rule holds waits for the answer; every other one goes to the
// screen and is taken back if the answer says so (publish, then retract). Held
// ones go first. When the queue is full the newest of the others is not asked
// about, and counted: the reviewer is no gate that a flood could close.
//
// # When there is no answer
//
// Within Config.Within a held comment has its answer or the reviewer has failed
// it: then its category decides. Those of Config.FailOpen are shown, the others
// go on waiting for a person until they expire. An answer that comes until
// Config.Late still counts: it takes back what was shown meanwhile. A breaker
// stops asking a reviewer that fails half of its calls, and tries again.
//
// # The hook
//
//	POST URL
//	X-Fudai-Timestamp: Unix ms
//	X-Fudai-Signature: hex HMAC-SHA256(key, timestamp + "." + body)
//	{"comments":[{"id":"17/4711","room":"demo","user":"3f0c…","text":"…","held":true,"category":"ads","rule":"ads/…","score":870}]}
//
//	200
//	[{"id":"17/4711","action":"block","labels":["ads"],"reason":"…"}]
//
// action is allow, block or low; an id that was not asked about, an action that is none
// and a second verdict on one id are ignored and counted. user is the handle
// that viewers see, never an account.
package review
