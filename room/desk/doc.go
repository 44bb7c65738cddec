// Package desk is the API through which people and programs run a show: it
// checks who asks, checks what they ask for, and writes it to fudai.control.
// What a command does, and when, is decided by the owner of the room; the desk
// only answers where in the log the command stands.
//
//	POST /v1/rooms/{room}/commands   {"kind","id","data"} → {"id","by","partition","offset"}
//	GET  /v1/rooms                   rooms with a State frame, newest first
//	GET  /v1/operator                operators: who owns which partition, since when unheard, which edge has how many viewers, what is wrong
//	GET  /v1/rooms/{room}            the room's last State, as its viewers got it
//	GET  /v1/rooms/{room}/view       staff: what is held, who is muted, what became of everything said
//	GET  /v1/rooms/{room}/refused    staff: commands that the room refused after they were accepted here, the last 20
//	GET  /v1/rooms/{room}/rules     staff: the rules in force, those before, those in shadow and what these would do
//	POST /v1/rooms/{room}/rules/dry-run   {"yaml","minutes","all"}: what other rules would have done with what was said
//	GET  /v1/rooms/{room}/bundle/{event}  what `fudai verify` reads, once it is drawn, for good where a studio shares this database
//
// # Questions
//
// The view's member "questions" is what the room wants to know (room/questions,
// View has every member with its meaning):
//
//	"questions": {
//	  "show": "s1", "since": 1763690000000,            // room time the show began
//	  "waiting": 12,                                    // clusters the host owes an answer
//	  "items": 40, "faq": 25,                           // catalogue and approved answers
//	  "totals": {"asked": 812, "clusters": 63, "answered": 30, "spoken": 22, "repeated": 41, "dismissed": 4, "lost": 0},
//	  "first_answer": {"count": 28, "p50_ms": 21000, "p90_ms": 55000, "mean_ms": 26000, "longest_ms": 41000},
//	  "clusters": [{                                    // in the order to list them, at most 60
//	    "cluster": "q17", "state": "open",              // open, onscreen, answered, dismissed, unanswered
//	    "title": "有没有大码", "intent": "size", "value": "大码", "item": "sku3", "link": 3,
//	    "count": 132, "askers": 118, "more": true, "buyers": 4,
//	    "first": 1763690041000, "last": 1763690082000,  // room time (view.now); first is 0 for a moment
//	    "offset": 4711, "samples": [5201, 5207, 5210],  // of comments: the first, the newest
//	    "wordings": [{"text": "有没有大码", "count": 90, "offset": 4711}],   // where there are several
//	    "joined": [{"cluster": "q21", "title": "大号有吗", "count": 9}],    // by hand
//	    "rank": 182000, "round": 1,                     // round: how often it was answered before
//	    "suggest": {"from": "catalogue", "ref": "sku3", "text": "有 S、M、L、XL", "as_of": 1763690000000},
//	    "answer": {"text": "有的", "spoken": true, "at": 1763690090000, "show_ms": 90000, "by": "host", "wait_ms": 41000, "told": 118}
//	  }],
//	  "scripts": 20, "prompt": {"script": "open", "title": "开场", "text": "欢迎…", "by": "zhuli"}
//	}
//
// intent is one of price, coupon, size, fit, delivery, fee, place, return,
// material, colour, stock, link, gift, genuine, expiry, usage, warranty,
// giveaway, other. suggest.from is host (the host's earlier answer), catalogue
// or faq; without a suggestion nobody knows. Where the operator has named a model, the view's member "drafts"
// (package room/answer) has by cluster what it would say then, for a person to send as an answer or not:
//
//	"drafts": {"q17": {"state": "ready", "text": "…", "facts": [{"from": "faq", "ref": "f1", "text": "…"}]}}
//
// state is making, ready, none (the facts do not say), failed or spent (the show's budget). What staff do is commands:
//
//	{"kind":"answer",   "data":{"cluster":"q17","spoken":true}}                 口播已答: tells those who asked
//	{"kind":"answer",   "data":{"cluster":"q17","text":"有，到 4XL"}}             privately, on all devices of those who asked
//	{"kind":"answer",   "data":{"cluster":"q17","text":"…","to_room":true}}     to the room; "pin":true pins it
//	{"kind":"answer",   "data":{"offsets":[4711],"text":"…"}}                   to the question that a comment asked
//	{"kind":"question", "data":{"cluster":"q17","state":"onscreen"}}            or "dismissed", "open"
//	{"kind":"question", "data":{"cluster":"q21","into":"q17"}}                  they ask the same; undone by {"cluster":"q21","part":true}
//	{"kind":"question", "data":{"cluster":"q17","out":5201}}                    what that comment asks is another question, with all
//	                                                                            that say the same; undone by {"offset":5201,"into":"q17"}
//	{"kind":"prompt",   "data":{"script":"open"}}                               puts a script before the host; or {"text":"…"}, or {} for nothing
//	{"kind":"catalogue","data":{"items":[{"item":"sku3","link":3,"price":9900,"stock":120,"sizes":["S","M"],
//	                            "facts":{"delivery":"48 小时内发货"},"as_of":…}],
//	                            "faq":[{"id":"f1","questions":["会起球吗"],"answer":"不会"}],
//	                            "scripts":[{"id":"open","title":"开场","text":"欢迎…","item":"sku3"}]}}
//
//	{"kind":"confirm",  "data":{"event":"g1","user":"u-17","outcome":"confirmed","ref":"kyc-81"}}   role service: the platform on who won
//	                                                                            a prize that asks for it; or "refused", which ends nothing
//
// Who asked hears a direct line "reply" whose data is
// {"cluster","q","spoken","at","show_ms"}; its text is empty if the host only spoke.
// Whoever asks the same within three minutes gets the answer at once.
//
// # Plans of shops
//
// A room of a shop of the studio takes no "plan" from people here: 403 shop-plan. Its giveaways come by the
// studio, in two taps from an approved template (POST /v1/studio/templates/{id}/start), so that none goes past
// stock, budget, approval and the law that the shop is under; the view's member "shop" says so beforehand.
// "extend", "cancel" and "void" are taken, and everything is from programs (role service), which keep their own
// books. Which room is of a shop the desk reads in the database (--store) that it shares with the studio; if it
// cannot, 503 store. A desk with a database of its own, to which no studio writes, takes every plan.
//
// # Decoys
//
//	{"kind":"decoy","data":{"event":"g-7f","title":"限时福袋","openAt":…,"closeAt":…}}   from programs; people lay one in the studio
//	{"kind":"decoy","data":{"event":"g-7f","forget":true}}                            with whom it caught
//
// # Rounds of public randomness
//
// Anybody may hand in the round that a sealed giveaway waits for, without a token; a page may do what
// relays do not. It is looked at before it is written: the owner of the room is asked what is awaited.
//
//	{"kind":"beacon","data":{"chain":"52db…","round":1000,"sig":"b446…"}}   202; "known":true where it was written seconds ago
//
// 400 malformed, chain (no giveaway goes by it) or signature; 409 not-awaited (no such round is due, or the
// room has it); 429 too-many (ten at once from one address, then one a second); 503 elsewhere (ask again).
// fudai_desk_rounds_total counts each by its outcome.
//
// # The queue of held comments
//
// The view's "held" lists what waits: {"o","id","user","n","x","detail","until"}, and "by" with
// "leased" (room time) while a moderator works on it. Two at one queue never do the same work:
//
//	{"kind":"lease",  "data":{"offsets":[4711]}}                                  mine for 15 s; "release":true gives it back
//	{"kind":"verdict","data":{"offset":4711,"action":"block","reason":"ad","undoable":true}}   waits 10 s, unseen, sender untold
//	{"kind":"verdict","data":{"offset":4711,"action":"undo"}}                      by who blocked, within these 10 s
//
// The first lease in the log has the comment; a lease or verdict of somebody else is refused until
// it ends. An approval acts at once and is undone by "retract". Programs (role service) are not held up.
//
// # Catalogue
//
// What the shop says of its goods, and its approved answers, come by the command
// "catalogue" (a price changes mid-show) or as a file:
//
//	GET  /v1/catalogue/template?format=xlsx   an empty one to fill in; also csv (goods), faq.csv (answers), scripts.csv
//	GET  /v1/rooms/{room}/catalogue           staff: what the room knows now, {"items","faq","scripts"} as in the command
//	POST /v1/rooms/{room}/catalogue           the file is the body: preview, nothing changes
//	     ?apply=true[&replace=true][&show=s1][&id=…]   writes it, if every row is right
//
// The answer is {"items","faq","scripts","rows","ignored","problems":[{"sheet","row","column","message"}],
// "applied","commands"}: 200 for a preview, 202 written, 409 with problems and nothing written,
// 400 for a file that cannot be read at all. replace forgets what was there before; show says whose
// link numbers ("3号链接") these are, and is best the id of the show to come. Prices in files are in
// units, in commands in minor units, of the currency that the row (币种, or a sign beside the amount)
// or the command names, else of that in which the room's shop counts, else CNY.
//
// A command id makes a command idempotent: the same id again is the same
// command. Rules go through command "rules" with a stage: shadow, promote,
// revert, drop, or enforce at once. A mute may name its user by "offset", that of a comment. Which role may send which kind stands in one table, in broadcast/token.
package desk
