#include "store/page/html.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

std::string text_of(std::string_view text) {
  Html html;
  html.text(text);
  return html.take();
}

std::string message_of(std::string_view text) {
  Html html;
  html.message(text);
  return html.take();
}

TEST(HtmlTest, TextIsNeverMarkup) {
  EXPECT_EQ(text_of("<script>alert('x')</script>"),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  EXPECT_EQ(text_of("a\" onload=\"b&amp;"), "a&quot; onload=&quot;b&amp;amp;");
  EXPECT_EQ(text_of("Prüfung €"), "Prüfung €");
}

// They would reorder or hide the text around them.
TEST(HtmlTest, UnprintableCharactersAreShown) {
  EXPECT_EQ(text_of("a\xE2\x80\xAE"
                    "b"),
            "a\\xe2\\x80\\xaeb");  // right-to-left override
  EXPECT_EQ(text_of("a\n\x01\xFF"), "a\\x0a\\x01\\xff");
}

TEST(HtmlTest, LongTextsAreCut) {
  Html html;
  html.text(std::string(5000, 'x'), 10);
  EXPECT_EQ(html.take(), "xxxxxxxxxx...");
}

TEST(HtmlTest, CommandsOfAMessageAreElements) {
  EXPECT_EQ(message_of(": run \"walstow list main --holes\" & \"wait\""),
            ": run <code>walstow list main --holes</code> &amp; &quot;wait&quot;");
  EXPECT_EQ(message_of("\"walstow list '<b>\"'\" end"),
            "<code>walstow list &#39;&lt;b&gt;&quot;&#39;</code> end");
  EXPECT_EQ(message_of("\"walstow <b>"), "&quot;walstow &lt;b&gt;");
}

TEST(HtmlTest, AgoHasTheTime) {
  Html html;
  html.ago(Time(std::chrono::seconds(60)), Time(std::chrono::seconds(90)));
  EXPECT_EQ(html.take(),
            "<time datetime=\"1970-01-01T00:01:00Z\" title=\"1970-01-01T00:01:00Z\">30 s ago"
            "</time>");
}

TEST(HtmlTest, NamesAreShortenedByCharacters) {
  EXPECT_EQ(shortened("äöü", 3), "äöü");
  EXPECT_EQ(shortened("äöüß", 3), "äöü...");
}

}  // namespace
}  // namespace walstow
