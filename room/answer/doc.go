// Package answer asks a model, behind an OpenAI-compatible endpoint, to word
// drafts of answers to what a room wants to know, for the host to approve.
// Nothing it makes reaches a viewer by itself: a draft stands at the desk beside
// its question, with the facts it is from, until a person sends it as an answer.
//
// It is not the place for suggestions (package room/questions has the host's
// earlier answers, the catalogue and the FAQ, word for word) nor for what is
// recorded: drafts are the desk's alone, in memory, and no fold knows of them.
//
// # What is sent
//
// The wordings of one cluster, and facts: what the catalogue says of the item
// asked about (or of the items nearest in wording) and of the whole shop, and the five
// nearest approved answers. No names, no ids of viewers, rooms or shows, no
// other comment. A wording in which the default rules find contacts or personal
// data is not sent.
//
//	POST URL/chat/completions   Authorization: Bearer KEY
//	{"model","messages":[system, user],"temperature":0,"max_tokens","response_format":{"type":"json_schema",…}}
//
// The user message is one JSON value: {"question":[…],"facts":[{"id":"f1","text":"…"}]};
// the answer is to be {"answer":"…","facts":["f1"]}, empty where the facts do not say.
//
// # What is believed
//
// Comments are written by anybody, so is what a model makes of them. There are no
// tools to misuse, and an answer is thrown away, and counted, unless
//
//   - it names at least one fact, and only such as it was given;
//   - every number in it stands in those facts (not merely in the question);
//   - enough of its wording is theirs: who repeats a comment does not pass;
//   - the default rules find nothing in it: no contacts, links, insults;
//   - it is one line of at most 200 characters.
//
// A lie made of a fact's own words ("不" put before them) passes all of that: that
// is why a person approves, with the facts before them. Prices, coupons,
// authenticity and giveaways are never drafted.
//
// # Bounds
//
// One call a cluster, round and state of the facts, from Config.Askers people on;
// a deadline; two calls at once a room, four in all, without a queue: what finds no
// place is looked at again with the next view. A budget of calls and tokens a room and show, charged with
// what the endpoint says or what was sent, whichever is more. A breaker, and a
// rest where it says 429. A draft goes when its facts change. Budgets are a
// process's own and forgotten with it.
package answer
