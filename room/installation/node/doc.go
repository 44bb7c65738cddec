// Package node is one process of an installation: the parts that its roles name,
// made in the order in which data flows, joined to one another, and stopped
// against it. What a part does stands in the part; here is only who is given
// whom. Nothing but main imports it.
package node
