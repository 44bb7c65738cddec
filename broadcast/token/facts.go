package token

import "github.com/fudai-live/fudai/room/record"

// facts is the JSON form of record.Facts; what is absent is unknown.
type facts struct {
	FollowedAt *int64  `json:"followed_at,omitempty"`
	FanLevel   *int64  `json:"fan_level,omitempty"`
	Region     *string `json:"region,omitempty"`
	Verified   *bool   `json:"verified,omitempty"`
	Adult      *bool   `json:"adult,omitempty"`
	CreatedAt  *int64  `json:"created_at,omitempty"`
	WatchSec   *int64  `json:"watch_s,omitempty"`
	Device     *string `json:"device,omitempty"`
	Pay        *string `json:"pay,omitempty"`
	Address    *string `json:"address,omitempty"`
	Phone      *string `json:"phone,omitempty"`
}

func (f *facts) record() (r record.Facts) {
	take(&r, record.FactFollow, &r.FollowedAt, f.FollowedAt)
	take(&r, record.FactFan, &r.FanLevel, f.FanLevel)
	take(&r, record.FactRegion, &r.Region, f.Region)
	take(&r, record.FactVerified, &r.Verified, f.Verified)
	take(&r, record.FactAdult, &r.Adult, f.Adult)
	take(&r, record.FactCreated, &r.CreatedAt, f.CreatedAt)
	take(&r, record.FactWatch, &r.WatchSec, f.WatchSec)
	take(&r, record.FactDevice, &r.Device, f.Device)
	take(&r, record.FactPay, &r.Pay, f.Pay)
	take(&r, record.FactAddress, &r.Address, f.Address)
	take(&r, record.FactPhone, &r.Phone, f.Phone)
	for bit := record.FactDevice; bit <= record.FactPhone; bit <<= 1 {
		if r.Link(bit) == "" {
			r.Known &^= bit // empty is the same as absent
		}
	}
	return r
}

func take[T any](r *record.Facts, bit record.FactSet, to, from *T) {
	if from != nil {
		*to = *from
		r.Known |= bit
	}
}

func factsOf(r *record.Facts) *facts {
	if r.Known == 0 {
		return nil
	}
	var f facts
	give(r, record.FactFollow, &f.FollowedAt, &r.FollowedAt)
	give(r, record.FactFan, &f.FanLevel, &r.FanLevel)
	give(r, record.FactRegion, &f.Region, &r.Region)
	give(r, record.FactVerified, &f.Verified, &r.Verified)
	give(r, record.FactAdult, &f.Adult, &r.Adult)
	give(r, record.FactCreated, &f.CreatedAt, &r.CreatedAt)
	give(r, record.FactWatch, &f.WatchSec, &r.WatchSec)
	give(r, record.FactDevice, &f.Device, &r.Device)
	give(r, record.FactPay, &f.Pay, &r.Pay)
	give(r, record.FactAddress, &f.Address, &r.Address)
	give(r, record.FactPhone, &f.Phone, &r.Phone)
	return &f
}

func give[T any](r *record.Facts, bit record.FactSet, to **T, from *T) {
	if r.Known&bit != 0 {
		*to = from
	}
}
