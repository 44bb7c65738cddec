// Package answer asks a model, behind an OpenAI-compatible endpoint, for two
// things: a [Drafter] has it word drafts of answers to what a room wants to know,
// for the host to approve; a [Translator] has it say in other languages what the
// host answers, pins and gives away.
//
// No draft reaches a viewer by itself: it stands at the desk beside its question,
// with the facts it is from, until a person sends it as an answer. Drafts are the
// desk's alone, in memory, and no fold knows of them. A translation stands beside the
// text that a person sent, in the log, and never in its place. The package is not the
// place for suggestions: package room/questions has the host's earlier answers,
// the catalogue and the FAQ, word for word.
//
// # What is sent for a draft
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
// # What is believed of it
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
//
// # Translations
//
// One call a text and language ({"to":"en","text":"…"}, answered by {"text":"…"}),
// when the text is sent; what was translated is kept (2,048 texts, the oldest
// goes), and who wants what is being asked for waits for the same call. A text that is
// in the language by its script, has contacts in it or is longer than 500 bytes is not
// sent. A translation is thrown away, and counted, unless it has the very numbers of the
// text, no markup, address, line or contact of its own, the script of its language
// and a like length. Whether it is true nobody here can tell: pages mark it and show
// the original at a tap. Deadline, breaker and rest are those of drafts, eight calls
// at once, and a budget a room and day. The original is sent whatever happens.
//
// DESIGN.md says why it is so.
package answer
