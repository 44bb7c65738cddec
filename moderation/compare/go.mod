module github.com/fudai-live/fudai/moderation/compare

go 1.26.8

require (
	github.com/BobuSumisu/aho-corasick v1.0.3
	github.com/anknown/ahocorasick v0.0.0-20190904063843-d75dbd5169c0
	github.com/fudai-live/fudai v0.0.0
)

require github.com/anknown/darts v0.0.0-20151216065714-83ff685239e6 // indirect

replace github.com/fudai-live/fudai => ../..
