package history

import (
	"context"
	"fmt"
	"io"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Verify reads the history topic and holds every chain against itself. It
// writes what it finds to w and answers how many links do not fit.
func Verify(ctx context.Context, log Log, w io.Writer) (broken int, err error) {
	all := make([]int32, kafkalog.Partitions)
	for p := range all {
		all[p] = int32(p)
	}
	in, err := log.Offsets(ctx, kafkalog.History, all)
	if err != nil {
		return 0, err
	}
	records, said := 0, 0
	for _, p := range all {
		var chain record.Chain
		if in[p].First >= in[p].End {
			continue
		}
		err := log.Read(ctx, kafkalog.History, p, in[p].First, in[p].End, func(rec kafkalog.Record) error {
			h, err := record.ParseHistory(rec.Value)
			counts, bad := false, err != nil
			if err == nil {
				counts, bad, err = chain.Next(&h, rec.Value, rec.Header("prev"))
			}
			if bad || err != nil {
				broken++
				fmt.Fprintf(w, "partition %d offset %d: does not go on where the chain stands (%v)\n", p, rec.Offset, err)
			}
			if counts {
				records++
				said += len(h.Said)
			}
			return nil
		})
		if err != nil {
			return broken, fmt.Errorf("partition %d: %w", p, err)
		}
		if chain.Known {
			fmt.Fprintf(w, "partition %d: %x at offset %d\n", p, chain.Value, in[p].End-1)
		}
	}
	fmt.Fprintf(w, "%d records, %d comments, %d broken links\n", records, said, broken)
	return broken, nil
}
