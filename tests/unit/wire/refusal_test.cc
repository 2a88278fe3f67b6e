#include "proto/wire/refusal.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace walstow {
namespace {

std::vector<Code> every_code() {
  std::vector<Code> codes;
  for (int i = 0; i <= static_cast<int>(Code::kInternal); ++i)
    codes.push_back(static_cast<Code>(i));
  return codes;
}

Refusal refusal_with(Code code) {
  Refusal refusal{.code = code, .message = "no", .hint = "Ask again.", .proof = {}};
  if (is_absence(code)) {
    refusal.proof = AbsenceProof{.archive = "a1",
                                 .cluster = "main",
                                 .era = "001-5-1048576",
                                 .file = "00000002.history",
                                 .request = "r1"};
  }
  return refusal;
}

ReplyHead head_for(const Refusal& refusal) {
  ReplyHead head;
  head.status = info_of(refusal.code).status;
  head.fields.set(field::kVersion, "1");
  head.fields.set(field::kContentType, "application/json");
  if (refusal.proof) head.fields.set(field::kCacheControl, "no-store");
  return head;
}

ReplyHead without_field(const ReplyHead& head, std::string_view name) {
  ReplyHead kept{.status = head.status, .fields = {}};
  for (const auto& [known, value] : head.fields.all()) {
    if (known != name) kept.fields.set(known, value);
  }
  return kept;
}

ReplyHead with_field(ReplyHead head, std::string_view name, std::string value) {
  head.fields.set(name, std::move(value));
  return head;
}

TEST(CodeTest, HasATextThatIsReadBack) {
  for (const Code code : every_code()) {
    EXPECT_EQ(info_of(code).code, code);
    EXPECT_EQ(parse_code(info_of(code).text), code);
  }
  EXPECT_EQ(parse_code(""), std::nullopt);
  EXPECT_EQ(parse_code("Absent-End"), std::nullopt);
  EXPECT_EQ(parse_code("absent"), std::nullopt);
}

TEST(CodeTest, Only404SaysAbsent) {
  for (const Code code : every_code()) {
    const bool absence = code == Code::kAbsentEnd || code == Code::kAbsentBefore ||
                         code == Code::kHole || code == Code::kPruned ||
                         code == Code::kHistoryMissing;
    EXPECT_EQ(is_absence(code), absence) << info_of(code).text;
    EXPECT_EQ(info_of(code).status == 404, absence) << info_of(code).text;
    EXPECT_GE(info_of(code).status, 400) << info_of(code).text;
  }
}

TEST(RefusalTest, SurvivesTheWay) {
  for (const Code code : every_code()) {
    const Refusal sent = refusal_with(code);
    const auto received = parse_refusal(head_for(sent), to_json(sent));
    ASSERT_TRUE(received) << info_of(code).text;
    EXPECT_EQ(received->code, code);
    EXPECT_EQ(received->message, "no");
    EXPECT_EQ(received->hint, "Ask again.");
    EXPECT_EQ(received->proof, sent.proof);
  }
}

TEST(RefusalTest, HasAStableForm) {
  EXPECT_EQ(to_json(refusal_with(Code::kNoRight)),
            "{\"code\":\"no-right\",\"message\":\"no\",\"hint\":\"Ask again.\"}\n");
  EXPECT_EQ(to_json(refusal_with(Code::kAbsentEnd)),
            "{\"code\":\"absent-end\",\"message\":\"no\",\"hint\":\"Ask again.\",\"proof\":{"
            "\"archive\":\"a1\",\"cluster\":\"main\",\"era\":\"001-5-1048576\","
            "\"file\":\"00000002.history\",\"request\":\"r1\"}}\n");
}

TEST(RefusalTest, IsJsonWhateverBytesAMessageHas) {
  Refusal sent = refusal_with(Code::kStorage);
  sent.message = "file \"\xff\xfe\" \n";
  const auto received = parse_refusal(head_for(sent), to_json(sent));
  ASSERT_TRUE(received);
  EXPECT_EQ(received->message, "file \"\\xff\\xfe\" \\x0a");
}

TEST(RefusalTest, UnknownJsonFieldsAreIgnored) {
  const Refusal sent = refusal_with(Code::kPruned);
  const auto received = parse_refusal(
      head_for(sent),
      "{\"later\":[1,{}],\"code\":\"pruned\",\"message\":\"m\",\"hint\":\"\",\"proof\":{"
      "\"archive\":\"a\",\"cluster\":\"c\",\"era\":\"e\",\"file\":\"f\",\"request\":\"r\","
      "\"floor\":\"000000010000000000000009\"}}");
  ASSERT_TRUE(received);
  EXPECT_EQ(received->proof->file, "f");
}

TEST(RefusalTest, AProofBelongsToAnAbsenceOnly) {
  const Refusal sent = refusal_with(Code::kExists);
  const auto received =
      parse_refusal(head_for(sent),
                    "{\"code\":\"exists\",\"message\":\"m\",\"hint\":\"\",\"proof\":{"
                    "\"archive\":\"a\",\"cluster\":\"c\",\"era\":\"e\",\"file\":\"f\","
                    "\"request\":\"r\"}}");
  ASSERT_TRUE(received);
  EXPECT_EQ(received->proof, std::nullopt);
}

TEST(RefusalTest, WhatIsNotQuiteOursIsUnknown) {
  for (const Code code : {Code::kAbsentEnd, Code::kUnavailable}) {
    const Refusal sent = refusal_with(code);
    const ReplyHead head = head_for(sent);
    const std::string body = to_json(sent);
    ASSERT_TRUE(parse_refusal(head, body));

    EXPECT_FALSE(parse_refusal(without_field(head, field::kVersion), body));
    EXPECT_FALSE(parse_refusal(with_field(head, field::kVersion, "2"), body));
    EXPECT_FALSE(parse_refusal(without_field(head, field::kContentType), body));
    EXPECT_FALSE(parse_refusal(with_field(head, field::kContentType, "text/html"), body));
    for (const int status : {200, 400, 403, 404, 410, 500, 502, 503}) {
      if (status == head.status) continue;
      ReplyHead other = head;
      other.status = status;
      EXPECT_FALSE(parse_refusal(other, body)) << status;
    }
  }
}

TEST(RefusalTest, AnAbsenceOutOfACacheIsUnknown) {
  const Refusal sent = refusal_with(Code::kAbsentEnd);
  const ReplyHead head = head_for(sent);
  EXPECT_FALSE(parse_refusal(without_field(head, field::kCacheControl), to_json(sent)));
  EXPECT_FALSE(parse_refusal(with_field(head, field::kCacheControl, "max-age=60"), to_json(sent)));
}

TEST(RefusalTest, BodiesThatAreNotOursAreUnknown) {
  const ReplyHead head = head_for(refusal_with(Code::kHole));
  const std::string start = R"({"code":"hole","message":"m","hint":"","proof":)";
  const std::string proof = R"({"archive":"a","cluster":"c","era":"e","file":"f","request":"r"})";
  ASSERT_TRUE(parse_refusal(head, start + proof + "}"));
  const std::string bodies[] = {
      "",
      "<html>404 Not Found</html>",
      "null",
      "[]",
      "\"hole\"",
      "{}",
      start + proof,
      start + proof + "}}",
      start + proof + "}\n{}",
      start + "null}",
      start + "[]}",
      start + "{}}",
      R"({"code":"hole","message":"m","hint":""})",
      R"({"code":"gone","message":"m","hint":"","proof":)" + proof + "}",
      R"({"code":7,"message":"m","hint":"","proof":)" + proof + "}",
      R"({"code":"hole","message":null,"hint":"","proof":)" + proof + "}",
      R"({"code":"hole","message":"m","proof":)" + proof + "}",
      R"({"message":"m","hint":"","proof":)" + proof + "}",
      start + R"({"archive":"","cluster":"c","era":"e","file":"f","request":"r"}})",
      start + R"({"archive":"a","cluster":"","era":"e","file":"f","request":"r"}})",
      start + R"({"archive":"a","cluster":"c","era":"","file":"f","request":"r"}})",
      start + R"({"archive":"a","cluster":"c","era":"e","file":"","request":"r"}})",
      start + R"({"archive":"a","cluster":"c","era":"e","file":"f","request":""}})",
      start + R"({"archive":"a","cluster":"c","era":"e","file":"f"}})",
      start + R"({"archive":"a","cluster":"c","era":"e","file":"f","request":5}})",
      "\xff" + start + proof + "}",
      start + proof + ",\"bytes\":\"\xff\"}",
      start + proof + "," + std::string(kLargestJson, ' ') + "\"x\":1}",
      std::string(100000, '['),
  };
  for (const std::string& body : bodies)
    EXPECT_FALSE(parse_refusal(head, body)) << body.substr(0, 200);
}

// --- proofs ---

AbsenceProof proof() {
  return {.archive = "a1",
          .cluster = "main",
          .era = "002-5-1048576",
          .file = "00000002.history",
          .request = "r1"};
}
ProofSubject asked() {
  return {
      .cluster = "main", .file = "00000002.history", .request_id = "r1", .system_identifier = 5};
}

TEST(ProofTest, ProvesWhatWasAskedFor) {
  EXPECT_TRUE(proves(proof(), asked()));
  ProofSubject newest_era = asked();
  newest_era.system_identifier.reset();
  EXPECT_TRUE(proves(proof(), newest_era));
}

TEST(ProofTest, AnySingleDeviationProvesNothing) {
  struct Deviation {
    const char* name;
    void (*change)(AbsenceProof&, ProofSubject&);
  };
  const Deviation table[] = {
      {"no archive", [](AbsenceProof& p, ProofSubject&) { p.archive = ""; }},
      {"another cluster", [](AbsenceProof& p, ProofSubject&) { p.cluster = "Main"; }},
      {"another file", [](AbsenceProof& p, ProofSubject&) { p.file = "00000003.history"; }},
      {"another request", [](AbsenceProof& p, ProofSubject&) { p.request = "r2"; }},
      {"no request", [](AbsenceProof& p, ProofSubject& a) { p.request = a.request_id = ""; }},
      {"another system", [](AbsenceProof& p, ProofSubject&) { p.era = "002-6-1048576"; }},
      {"not an era", [](AbsenceProof& p, ProofSubject&) { p.era = "5"; }},
      {"not an era, when any would do",
       [](AbsenceProof& p, ProofSubject& a) {
         p.era = "main";
         a.system_identifier.reset();
       }},
  };
  for (const Deviation& deviation : table) {
    AbsenceProof changed_proof = proof();
    ProofSubject changed_question = asked();
    deviation.change(changed_proof, changed_question);
    EXPECT_FALSE(proves(changed_proof, changed_question)) << deviation.name;
  }
}

// --- what a client makes of it ---

TEST(RefusalErrorTest, SaysWhatTheStoreSaid) {
  Refusal refusal = refusal_with(Code::kNoRight);
  refusal.message = "client \"x\" may not archive\n";
  const Error error = to_error(refusal);
  EXPECT_STREQ(error.what(), "store answered \"no-right\": client \"x\" may not archive\\x0a");
  EXPECT_EQ(error.hint(), "Ask again.");
}

TEST(RefusalErrorTest, KindTellsWhetherToTryAgain) {
  const std::pair<Code, ErrorKind> table[] = {
      {Code::kBadRequest, ErrorKind::kRefused},
      {Code::kBadName, ErrorKind::kRefused},
      {Code::kBadContent, ErrorKind::kRefused},
      {Code::kDigestMismatch, ErrorKind::kDamaged},
      {Code::kTooLarge, ErrorKind::kRefused},
      {Code::kNoRight, ErrorKind::kRefused},
      {Code::kUnknownCluster, ErrorKind::kRefused},
      {Code::kUnknownSystem, ErrorKind::kRefused},
      {Code::kOtherContent, ErrorKind::kRefused},
      {Code::kOtherSystem, ErrorKind::kRefused},
      {Code::kExists, ErrorKind::kRefused},
      {Code::kAbsentEnd, ErrorKind::kUnavailable},
      {Code::kAbsentBefore, ErrorKind::kUnavailable},
      {Code::kHole, ErrorKind::kUnavailable},
      {Code::kUnknownClient, ErrorKind::kRefused},
      {Code::kNoSuchClient, ErrorKind::kRefused},
      {Code::kNoSuchContent, ErrorKind::kRefused},
      {Code::kPruned, ErrorKind::kUnavailable},
      {Code::kDamaged, ErrorKind::kDamaged},
      {Code::kStorage, ErrorKind::kUnavailable},
      {Code::kUnavailable, ErrorKind::kUnavailable},
      {Code::kTimeout, ErrorKind::kTimeout},
      {Code::kInternal, ErrorKind::kUnavailable},
      {Code::kBelowFloor, ErrorKind::kRefused},
      {Code::kWithdrawn, ErrorKind::kRefused},
      {Code::kOtherTimelines, ErrorKind::kRefused},
      {Code::kOverQuota, ErrorKind::kRefused},
      {Code::kNoSuchRecord, ErrorKind::kRefused},
      {Code::kHistoryMissing, ErrorKind::kUnavailable},
  };
  EXPECT_EQ(std::size(table), every_code().size());
  for (const auto& [code, kind] : table) {
    EXPECT_EQ(to_error(refusal_with(code)).kind(), kind) << info_of(code).text;
  }
}

}  // namespace
}  // namespace walstow
