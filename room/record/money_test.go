package record

import "testing"

func TestMoney(t *testing.T) {
	for _, row := range []struct {
		lang, currency string
		minor          int64
		want           string
	}{
		{"zh", "", 3900, "39 元"}, {"zh", "GBP", 1250, "12.50 英镑"}, {"zh", "USD", 5, "0.05 美元"}, {"en", "CNY", 1005, "10.05 yuan"},
		{"en", "GBP", 1250, "£12.50"}, {"en", "USD", 500_000, "$5000"}, {"en", "EUR", 0, "€0"}, {"en", "XXX", 100, "1 XXX"},
	} {
		if got := Money(row.lang, row.currency, row.minor); got != row.want {
			t.Errorf("%v: %q", row, got)
		}
	}
}
