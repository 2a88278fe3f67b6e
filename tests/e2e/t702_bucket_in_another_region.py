"""A bucket that is in another region than requests are signed for: that is what is said, and which one to set."""

import http.server
import threading

from support import processes
from support.testcase import EndToEndTest, main

REGION = "eu-central-1"
MALFORMED = (
    "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region "
    f"'us-east-1' is wrong; expecting '{REGION}'</Message><Region>{REGION}</Region></Error>"
)
REDIRECT = (
    "<Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed using "
    "the specified endpoint.</Message><Bucket>b</Bucket></Error>"
)
# Status, headers and body, as Amazon answers: to a HEAD without the body.
ANSWERS = {
    "the region in the body": (400, {}, MALFORMED),
    "the region in a header": (301, {"x-amz-bucket-region": REGION}, REDIRECT),
    "no body": (400, {"x-amz-bucket-region": REGION}, ""),
}


class Service(http.server.ThreadingHTTPServer):
    """Answers every question with `answer`."""

    answer = None

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def end(self):
        self.shutdown()
        self.server_close()


class Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_PUT = do_DELETE = do_POST = answer

    def log_message(self, *_):
        pass


class BucketInAnotherRegion(EndToEndTest):
    link = "local"
    store = "directory"  # that of the usual archive, which is not used

    def setUp(self):
        super().setUp()
        self.service = Service()
        self.addCleanup(self.service.end)
        self.environment = {
            "AWS_ENDPOINT_URL": self.service.url, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }  # fmt: skip

    def walstow(self, *arguments):
        done = processes.run(
            self.archive.binaries / "walstow", *arguments, check=False, env=self.environment
        )
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_it_is_named(self):
        for title, answer in ANSWERS.items():
            self.service.answer = answer
            for command in (("init", "s3://bucket/prefix"), ("--store", "s3://bucket/prefix", "cluster", "list")):
                with self.subTest(title, command=command):
                    seen = self.walstow(*command)
                    self.assertIn('bucket "bucket" is not in region "us-east-1"', seen)
                    self.assertIn(f'Set "s3.region" to "{REGION}"', seen)

    def test_another_fault_is_not(self):
        denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        malformed = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>no date</Message>{}</Error>"
        ours = {"x-amz-bucket-region": "us-east-1"}
        proxy = {"Location": "https://login.example.org/"}
        moved = "answers 301 and nothing else"
        for title, answer, told in (
            ("no right", (403, {"x-amz-bucket-region": REGION}, denied), "AccessDenied"),
            ("a proxy's redirect", (301, proxy, "<html>Moved</html>"), moved),
            ("a redirect within our region", (301, ours, ""), moved),
            ("a header without a region", (400, {}, malformed.format("")), "AuthorizationHeaderMalformed no date"),
            (
                "a header for our region",
                (400, ours, malformed.format("<Region>us-east-1</Region>")),
                "AuthorizationHeaderMalformed no date",
            ),
        ):
            with self.subTest(title):
                self.service.answer = answer
                seen = self.walstow("--store", "s3://bucket/prefix", "cluster", "list")
                self.assertIn(told, seen)
                self.assertNotIn("is not in region", seen)


if __name__ == "__main__":
    main()
