package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

var errFound = errors.New("found")

// whose fills in the user of a command that names them by a comment: staff see
// handles, and the log knows whose comment stands at an offset.
func (d *Desk) whose(ctx context.Context, room string, req *request) error {
	if req.Kind != record.CtlMute && req.Kind != record.CtlUnmute {
		return nil
	}
	var named struct {
		Offset *int64 `json:"offset"`
	}
	var data map[string]json.RawMessage
	if json.Unmarshal(req.Data, &named) != nil || named.Offset == nil || json.Unmarshal(req.Data, &data) != nil {
		return nil // check tells what is wrong
	}
	user, err := d.sender(ctx, room, *named.Offset)
	if err != nil {
		return err
	}
	delete(data, "offset")
	data["user"], _ = json.Marshal(user) // a string
	req.Data, err = json.Marshal(data)
	return err
}

// sender reads who said what stands at an offset of the room's comments.
func (d *Desk) sender(ctx context.Context, room string, offset int64) (user string, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
	defer cancel()
	var decoder record.Decoder
	err = d.cfg.Log.Read(ctx, kafkalog.Comments, kafkalog.Partition(room), offset, offset+1, func(rec kafkalog.Record) error {
		var c record.Comment
		if bad := decoder.Comment(rec.Value, &c); bad != nil || rec.Offset != offset || string(c.Room) != room {
			return nil
		}
		user = string(c.User)
		return errFound
	})
	switch {
	case user != "":
		return user, nil
	case err != nil && !errors.Is(err, errFound):
		return "", fmt.Errorf("whose comment stands at offset %d could not be read: %w", offset, err)
	}
	return "", fmt.Errorf("no comment of room %s stands at offset %d", room, offset)
}
