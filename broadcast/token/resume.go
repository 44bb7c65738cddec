package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// Resume is what a viewer takes from one connection to the next. The ticket
// that carries it is bound to room and user by its MAC and is no credential:
// it grants nothing but the watch time, and taking the larger of two never
// adds up, so a ticket used twice gains nothing.
type Resume struct {
	Watched int64  // seconds in this show
	Show    uint32 // hash of the show's id; watch time of another show does not count
	Expires int64  // Unix seconds
	Results int64  // decisions of the room's ledger below this offset were given; 0: not said
	Owes    bool   // work was asked before an entry and not shown
}

const (
	resumeBody = 1 + 4 + 4 + 5 + 6
	resumeMAC  = 16
	resumeSize = resumeBody + resumeMAC
)

// resumeVersion 2 has Results. Tickets last for minutes, so version 1 is not
// read any more: who brings one is met as somebody without a ticket.
// Version 3 is the same of who owes work.
const (
	resumeVersion = 2
	resumeOwing   = 3
)

// Resume writes the ticket of a user ("" for a guest) in a room.
func (a *Authority) Resume(r Resume, room, user string) string {
	b := make([]byte, 0, resumeSize)
	version := byte(resumeVersion)
	if r.Owes {
		version = resumeOwing
	}
	b = append(b, version)
	b = binary.BigEndian.AppendUint32(b, uint32(min(max(r.Watched, 0), 1<<32-1)))
	b = binary.BigEndian.AppendUint32(b, r.Show)
	b = append(b, byte(r.Expires>>32), byte(r.Expires>>24), byte(r.Expires>>16), byte(r.Expires>>8), byte(r.Expires))
	at := min(max(r.Results, 0), 1<<48-1)
	b = append(b, byte(at>>40), byte(at>>32), byte(at>>24), byte(at>>16), byte(at>>8), byte(at))
	b = append(b, a.resumeMAC(b, room, user)...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// OpenResume reads a ticket; ok is false unless it was written for this room
// and user and is not over at now (Unix milliseconds).
func (a *Authority) OpenResume(ticket, room, user string, now int64) (r Resume, ok bool) {
	if len(ticket) != base64.RawURLEncoding.EncodedLen(resumeSize) {
		return r, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(ticket)
	if err != nil || b[0] != resumeVersion && b[0] != resumeOwing || !hmac.Equal(b[resumeBody:], a.resumeMAC(b[:resumeBody], room, user)) {
		return r, false
	}
	r.Owes = b[0] == resumeOwing
	r.Watched = int64(binary.BigEndian.Uint32(b[1:]))
	r.Show = binary.BigEndian.Uint32(b[5:])
	r.Expires = int64(b[9])<<32 | int64(binary.BigEndian.Uint32(b[10:]))
	r.Results = int64(binary.BigEndian.Uint16(b[14:]))<<32 | int64(binary.BigEndian.Uint32(b[16:]))
	return r, now < r.Expires*1000
}

func (a *Authority) resumeMAC(body []byte, room, user string) []byte {
	mac := hmac.New(sha256.New, a.key)
	mac.Write([]byte("fudai/v1/resume\x00"))
	mac.Write([]byte(room))
	mac.Write([]byte{0})
	mac.Write([]byte(user))
	mac.Write([]byte{0})
	mac.Write(body)
	return mac.Sum(nil)[:resumeMAC]
}
