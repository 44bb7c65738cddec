// Package rest is how the studio and the fulfilment desk answer over HTTP: one
// table of routes from which both the handlers and the OpenAPI document come,
// so that neither can say what the other does not.
//
// A handler gets a [Call] and answers a value or an [Error]. It must ask
// [Call.May] before it answers; a handler that did not is answered 500, so a
// forgotten check shows in the first test that calls it.
//
// It knows no giveaway, no role and no database.
package rest
