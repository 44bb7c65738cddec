// Package claimform is what winners are asked for when they claim a prize:
// where to send it, and whatever else the shop asks of this prize, a size, a
// colour, the account that points go to. It checks the questions and the
// answers; it keeps nothing and sends nothing (see giveaway/fulfil).
package claimform
