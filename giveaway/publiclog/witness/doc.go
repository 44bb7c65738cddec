// Package witness watches transparency logs for others than their operators: it
// cosigns a checkpoint only if it continues every one that it cosigned before,
// and says loudly, with evidence, when a log shows two histories.
//
// What it cosigned last is written and synced before anybody sees the
// cosignature, so that no failure makes it sign two histories either. A witness
// that lost its state must take a new key.
//
// A mirror (--mirror) is a witness that also holds what each close record seals:
// plan, amendments, markers and both lists (drawproof.Sealing). It goes by the
// entries under the heads that it cosigned, checks all that can be checked before
// the draw, and has the list and since when it holds it synced to the disk before
// it signs that it does. It holds one list of a plan and never a second, keeps
// each as long as it promised (--keep) and takes nothing new when --space is full.
// --listen gives all of it to anybody: with a list and the beacon's round a draw is
// finished without the operator (fudai verify --finish). A list that is not to be
// had within 15 minutes is given up, and said so; 64 may be waited for at once.
package witness
