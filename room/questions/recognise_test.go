package questions_test

import (
	"testing"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/questions"
)

// A negation that is said twice is no choice, in whatever word: 不晚不晚 says
// that it is not late, 晚不晚 asks. Choices beside a negation still ask.
func TestNegationSaidTwice(t *testing.T) {
	for _, c := range []struct {
		ask   bool
		texts []string
	}{
		{false, []string{"不晚不晚，刚开始", "不贵不贵", "不是不是，我说的是红色的", "没有没有", "没事没事", "不会不会，放心", "不用不用", "我不急不急",
			"不知道不知道", "不可以不可以", "没关系没关系", "真的没有没有没有", "不要不要", "唔系唔系"}},
		{true, []string{"晚不晚", "贵不贵", "是不是正品", "有没有大码", "不知道贵不贵", "新鲜不新鲜", "还返场不返", "没说能不能退", "大码有没有", "包邮没有", "不掉色吧，洗了缩不缩水"}},
	} {
		for _, text := range c.texts {
			if got := questions.Recognise([]byte(text), moderation.AppendCanon(nil, text)).Question; got != c.ask {
				t.Errorf("%s: a question: %v, want %v", text, got, c.ask)
			}
		}
	}
}

// An English clause that begins with its subject tells; the verb before it asks.
func TestSubjectBeforeTheVerb(t *testing.T) {
	for text, ask := range map[string]bool{
		"This is my whole summer outfit": false, "that is gorgeous": false, "it is so soft": false, "i am in love": false, "they are sold out": false,
		"is this your whole outfit": true, "ok is it soft": true, "this is your size?": true, "hi are they back": true,
	} {
		if got := questions.Recognise([]byte(text), moderation.AppendCanon(nil, text)).Question; got != ask {
			t.Errorf("%s: a question: %v, want %v", text, got, ask)
		}
	}
}

// Who is praised for telling is asked nothing; who is asked to tell is.
func TestToldIsNotAsked(t *testing.T) {
	for text, ask := range map[string]bool{
		"I like that you say what it is not good at": false, "敢说不适合谁，靠谱": false, "love how you explain which size runs small": false,
		"主播敢讲哪里不好": false, "直说谁不能用，我服": false,
		"tell me what it is not good at": true, "can you say which size runs small": true, "i like it what size should i get": true,
		"i love that you show it, who makes it?": true, "你敢说成本多少吗": true, "敢说不适合谁？": true, "不适合谁": true, "说一下哪里不好": true, "靠谱，敢说，适合谁": true,
	} {
		if got := questions.Recognise([]byte(text), moderation.AppendCanon(nil, text)).Question; got != ask {
			t.Errorf("%s: a question: %v, want %v", text, got, ask)
		}
	}
}
