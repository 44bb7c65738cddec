// Package questions is what a room wants to know: it recognises questions among
// the comments of a live-commerce show, in Chinese and English, puts those that
// ask the same into one cluster with a true count, ranks the clusters for the
// host, and remembers how each was answered and how long its askers waited.
//
// It is not the place for what an answer looks like on a screen (broadcast/wire)
// or how a command reaches the log (room/desk), and it asks no model: a
// suggestion is the host's earlier answer, a fact of the shop's catalogue or an
// approved FAQ entry, word for word, or nothing.
//
// # The loop a caller writes
//
//	q := questions.Recognise(text, canon)     // canon is moderation's view of text
//	if q.Question {
//		told := book.Ask(questions.Asking{...}) // once for each allowed comment
//	}
//	book.Tick(now)                              // room time: stamps what was asked since
//	book.Answer(cluster, questions.Reply{...})  // the host spoke or wrote
//	book.Join(cluster, into, now)               // they ask the same; Part undoes it
//	book.TakeOut(cluster, offset, now)          // that comment asks something else
//	book.Prompt(...)                            // a script of the library before the host
//	view := book.View(onAir, now)               // what the desk shows
//
// # Invariants
//
//   - A Book is verdict state: equal records give equal books, to the byte of
//     their snapshots. Integers only, no maps walked in their own order.
//   - Count is every question folded into a cluster; Askers is exact up to
//     MaxAskers and says More beyond. Both only ever grow.
//   - A cluster that was joined to another keeps what it is, so that Part leaves
//     no trace of a mistake; each question counts in one row, and nobody
//     hears one answer twice (of the first MaxAskers it was told to).
//   - Memory is bounded: MaxClusters clusters, MaxAskers askers each, MaxAsked
//     in all, MaxItems items, MaxFAQ answers and MaxScripts scripts in bounded texts. What has to go
//     for the bound goes by a rule: dismissed first, then answered, then the
//     lowest rank, and each loss is counted.
//   - Recognise, and Ask of a question that somebody asked before, allocate nothing.
package questions
