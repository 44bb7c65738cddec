// Package staff lets the people of an installation in: one-time links, sign-on
// at the organisation's own provider (OpenID Connect), sessions, and pairing of
// a tablet or phone by QR code or six digits.
//
//	GET    /v1/staff/ways                 how one may sign in here
//	POST   /v1/staff/enter                {"key"} of a link, or {"digits"}; sets the session's cookie
//	POST   /v1/staff/token                the cookie for a token of ten minutes, which desk and studio take
//	POST   /v1/staff/leave                signs out
//	GET    /v1/staff/oidc                 to the provider and, by /v1/staff/oidc/back, home again
//	GET    /v1/staff/sessions             one's own; ?all=true everybody's (staff.read)
//	DELETE /v1/staff/sessions/{id}        ends one: one's own, or what one let in, or anybody's (staff.write)
//	GET    /v1/staff/people               staff.read
//	PUT    /v1/staff/people/{user}        {"name","roles","rooms","closed"}; staff.write
//	POST   /v1/staff/people/{user}/link   a link that lets them in once; staff.write
//	POST   /v1/staff/pairs                {"room","role"}: a code for one more screen; desk.pair
//
// # Why there are no passwords
//
// A link is 256 random bits, kept as a hash, good once and for a short time. It
// cannot be guessed, reused, phished later or found in another site's leak, and
// the first start needs nothing chosen or typed. A team that wants its people to
// sign in by themselves every morning has a provider with a second factor: that
// is what OpenID Connect is for. Passwords would add the weakest of the three.
//
// # What travels
//
// The cookie is HttpOnly, SameSite=Strict and sent to /v1/staff alone; no
// interface that changes anything reads it. Pages trade it for a short token
// that they hold in memory and send in a header, which no other site can make a
// browser do. The three requests that read the cookie also want the header
// Fudai-Page, which another site cannot send without asking first.
//
// A session ends at once where staff work: [Staff.Verify] stands before the
// token's own check at desk, history and studio and asks the database, at most
// every two seconds a session. Edges go by the token, and by the logout that
// [Config.Ended] writes to the log.
//
// It decides nothing of who may do what: that table is in broadcast/token.
package staff
