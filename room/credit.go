package room

import "math/bits"

// credit is the decayed count of a user's comments on screen, in 1/1024: who
// was shown lately stands back in the draw. Integers, so that the same seed
// gives the same selection on every machine.
type credit struct {
	value uint32
	at    int64 // room time
}

const (
	creditHalf = 28_000  // ms in which credit halves
	creditMS   = 300_000 // after which it is forgotten
	maxCredits = 1 << 16
	creditUnit = 1 << 10
)

// now is the credit decayed to room time t.
func (c credit) now(t int64) uint64 {
	dt := max(t-c.at, 0)
	halves, rest := dt/creditHalf, dt%creditHalf
	if halves >= 32 {
		return 0
	}
	v := uint64(c.value) >> halves
	// 2^-x for 0 <= x < 1 within 0.4 %: 1 - x(0.6755 - 0.1755x)
	x := uint64(rest) * 65536 / creditHalf
	return v * (65536 - x*(44270-x*11502/65536)/65536) / 65536
}

// weight of a user in the draw, up to 1 << 20.
func (d *display) weight(user uint64, now int64) uint64 {
	c, ok := d.credit.get(user)
	if !ok {
		return 1 << 20
	}
	return (1 << 20) * creditUnit / (creditUnit + creditWeight*c.now(now))
}

// creditWeight: one comment on screen a moment ago divides the weight by 1 + creditWeight.
const creditWeight = 6

func (d *display) charge(user uint64, now int64) {
	d.credit.turn(now, creditMS, maxCredits)
	c, _ := d.credit.get(user)
	d.credit.put(user, credit{uint32(min(c.now(now)+creditUnit, 1<<24)), now})
}

// drawKey is the key of Efraimidis and Spirakis' weighted reservoir: an
// exponential variate by seed and offset, divided by the weight. The smallest
// keys win; the chance of each grows with its weight.
func drawKey(seed uint64, offset int64, weight uint64) uint64 {
	u := mix(seed ^ mix(uint64(offset)+0x9e3779b97f4a7c15))
	return negLog2(u) << 20 / max(weight, 1)
}

// negLog2 is -log2(u / 2^64) in units of 2^-24, 0 < u: at most 2^30.
func negLog2(u uint64) uint64 {
	u = max(u, 1)
	z := bits.LeadingZeros64(u)
	frac := u << (z + 1) >> 40 // 24 bits after the leading one
	i, rest := frac>>16, frac&0xffff
	a, b := log2Table[i], log2Table[i+1]
	return uint64(z+1)<<24 - (a + (b-a)*rest>>16)
}

// log2Table is log2(1 + i/256) in units of 2^-24.
var log2Table = func() (t [257]uint64) {
	for i := range t {
		x := uint64(256+i) << 23 // 1.0 is 1 << 31
		for range 24 {
			t[i] <<= 1
			if x >= 1<<32 { // only the last entry, exactly 2
				t[i], x = 1<<24>>0, 1<<31
				break
			}
			if x = x * x >> 31; x >= 1<<32 {
				t[i], x = t[i]|1, x>>1
			}
		}
	}
	return t
}()
