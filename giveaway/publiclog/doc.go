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
// Whoever mirrors gets what a close record seals as soon as its entry is here: the
// room's owner gives it out and signs it (drawproof.Sealing), and the last 16 or
// 192 MiB of them are kept in memory. A room that has forgotten the giveaway gives
// nothing. Words of mirrors stand in SQL, and Attest puts them into bundles as it
// does cosignatures.
//
// Rooms whose entries a head covers are told it by a command, and tell their
// viewers (PROTOCOL.md 7), so that whoever is shown another history than others
// can see it. One head speaks for all before it: a room that misses one, because
// a process died between the note that it tells the room and the telling, hears
// the next, and nothing is lost. Several processes agree by that note, and
// commands of one head and room are one command. At most 32 rooms are told in a
// turn, each at most every 5 s; what waited longer than ten minutes is dropped and
// counted. After a result the viewers of a room ask for two or three tiles each;
// the client library spreads them over a minute at least, and over more in a room
// of more than 20,000, so that a room asks for some 1,000 tiles a second at the
// most. All ask for the same few, which never change: a cache before the studio
// answers nearly all of them.
//
// A database that is taken back to an older state takes the log back too, and
// its entries may then come in another order: witnesses will refuse it, rightly.
// Such an installation goes on under a new --log-origin.
//
// It does not say what a giveaway's proof must show; giveaway/drawproof does.
// publiclog/witness watches logs like this one.
package publiclog
