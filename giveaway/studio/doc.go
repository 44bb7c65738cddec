// Package studio is where a shop plans its giveaways: the marketers' REST API
// under /v1/studio and its SQL store, SQLite in a file or PostgreSQL by a URL.
//
// It holds what the log does not need to know: shops, rooms and shows, the
// prize library with its stock, budgets, drafts, approvals, templates, series,
// staff roles, and an audit trail that only grows. Stock and money are kept by
// double entry and reserved in full in the transaction that schedules a
// giveaway, so owners of rooms never have to agree about either.
//
// To schedule is to put the finished plan, with its hash, in line for
// fudai.control; a giveaway is announced by appending it there, signed, when
// its time or its trigger comes. From then on the studio only follows: every
// state from announced to settled is what the ledger says, never what was
// asked for.
//
// It does not hold a draw, knows no entrant, and hands nothing out: see
// giveaway and giveaway/fulfil.
package studio
