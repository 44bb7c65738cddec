// Package relay lets several processes of one machine share one client of the
// log. The parent has the log: a Hub over it follows each partition once and
// writes for everybody. Every child has a Client, which is to an edge what
// kafkalog.Log and kafkalog.Tailer are: the edge does not know the difference.
//
// Between the two is a stream socket. A batch of records is encoded once and the
// same bytes go to every child. A child that falls behind costs the parent
// nothing: past its window it is detached from the live stream and reads what it
// missed from the log, at its own pace.
//
// It is no protocol for a network: both ends are the same build on one machine,
// and the socket is inherited, not named.
package relay
