package prefork

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/proto"
)

// Gather is prometheus.Gatherer's: the metrics of every child, each with the
// label process. A child that does not answer within a second is left out.
func (p *Parent) Gather() ([]*dto.MetricFamily, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var all prometheus.Gatherers
	for n, b := range p.hub.Metrics(ctx) {
		all = append(all, prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return labelled(b, strconv.Itoa(n)) }))
	}
	return all.Gather()
}

// labelled reads metrics in the text format and says whose they are.
func labelled(text []byte, process string) ([]*dto.MetricFamily, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	all := make([]*dto.MetricFamily, 0, len(families))
	for _, f := range families {
		for _, m := range f.Metric {
			m.Label = append(m.Label, &dto.LabelPair{Name: proto.String("process"), Value: proto.String(process)})
		}
		all = append(all, f)
	}
	return all, nil
}
