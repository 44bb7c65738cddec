// Package witness watches transparency logs for others than their operators: it
// cosigns a checkpoint only if it continues every one that it cosigned before,
// and says loudly, with evidence, when a log shows two histories.
//
// What it cosigned last is written and synced before anybody sees the
// cosignature, so that no failure makes it sign two histories either. A witness
// that lost its state must take a new key.
package witness
