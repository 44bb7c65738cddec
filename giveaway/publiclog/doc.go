// Package publiclog is the transparency log of an installation: every plan, close
// record, result and end of a giveaway, in one tree that only ever grows, in the
// formats of C2SP (tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature),
// so that foreign programs can read and watch it.
//
// The entries follow from the ledger. Who follows it writes an entry in the SQL
// transaction that also moves its place, so a process that dies writes each once;
// two that run beside each other meet at the entry's number, and one of them
// begins again. A head is signed only after its entries are durable. So no two
// checkpoints of this log contradict each other, whenever and however often its
// processes die. Tiles are computed from the entries and are never stored.
//
// A database that is taken back to an older state takes the log back too, and
// its entries may then come in another order: witnesses will refuse it, rightly.
// Such an installation goes on under a new --log-origin.
//
// It does not say what a giveaway's proof must show; giveaway/drawproof does.
// publiclog/witness watches logs like this one.
package publiclog
