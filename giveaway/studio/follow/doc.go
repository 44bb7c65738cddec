// Package follow carries what the log says into SQL, each record once: a
// record's effects and the place behind it are one transaction. It is how the
// studio and the fulfilment desk learn what really became of a giveaway.
//
// Records of fudai.ledger are told only if their writer owned the partition;
// commands and dead letters as they stand. It decides nothing.
package follow
