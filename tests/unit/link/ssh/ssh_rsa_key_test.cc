#include "proto/link/ssh/ssh_rsa_key.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "proto/identity/public_key.h"
#include "proto/link/ssh/openssh_key.h"

namespace walstow {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

std::vector<std::byte> number_of(const EVP_PKEY& key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(&key, name, &number);
  std::vector<std::byte> bytes(static_cast<std::size_t>(BN_num_bytes(number)) + 1);
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()) + 1);
  BN_free(number);
  return bytes;
}

std::string pem_of(EVP_PKEY& key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, &key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

// As ssh-keygen writes it; the numbers behind the private exponent are left out, nobody reads them.
std::string openssh_of(const EVP_PKEY& key) {
  std::vector<std::byte> secret;
  append_ssh_number(secret, 7);
  append_ssh_number(secret, 7);
  append_ssh_string(secret, as_bytes("ssh-rsa"));
  for (const char* name : {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D})
    append_ssh_string(secret, number_of(key, name));
  std::vector<std::byte> content;
  const ByteView magic = as_bytes(std::string_view("openssh-key-v1\0", 15));
  content.insert(content.end(), magic.begin(), magic.end());
  append_ssh_string(content, as_bytes("none"));
  append_ssh_string(content, as_bytes("none"));
  append_ssh_string(content, {});
  append_ssh_number(content, 1);
  append_ssh_string(content, as_bytes("the public part"));
  append_ssh_string(content, secret);
  return std::string(kOpenSshKeyBegin) + "\n" + to_base64(content) +
         "\n-----END OPENSSH PRIVATE KEY-----\n";
}

bool verifies(EVP_PKEY& key, ByteView data, ByteView signature) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha512(), nullptr, &key);
  const int result = EVP_DigestVerify(
      context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
      reinterpret_cast<const unsigned char*>(data.data()), data.size());
  EVP_MD_CTX_free(context);
  return result == 1;
}

TEST(SshRsaKeyTest, BothFormatsSignAsTheSameKey) {
  const Key key(EVP_RSA_gen(2048));
  const auto pem = SshRsaKey::parse(pem_of(*key));
  const auto openssh = SshRsaKey::parse(openssh_of(*key));
  ASSERT_TRUE(pem);
  ASSERT_TRUE(openssh);
  EXPECT_EQ(pem->public_key(), openssh->public_key());
  EXPECT_EQ(ssh_key_type(pem->public_key().blob), "ssh-rsa");
  const ByteView data = as_bytes("to be signed");
  EXPECT_TRUE(verifies(*key, data, pem->sign(data)));
  EXPECT_TRUE(verifies(*key, data, openssh->sign(data)));
  EXPECT_FALSE(verifies(*key, as_bytes("to be sign"), openssh->sign(data)));
}

TEST(SshRsaKeyTest, OtherKeysAndDamagedOnesAreNone) {
  const Key ed25519(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const Key rsa(EVP_RSA_gen(2048));
  const std::string whole = openssh_of(*rsa);
  EXPECT_FALSE(SshRsaKey::parse(pem_of(*ed25519)));
  EXPECT_FALSE(SshRsaKey::parse(""));
  for (std::size_t size = 0; size < whole.size(); size += 50)
    EXPECT_FALSE(SshRsaKey::parse(whole.substr(0, size))) << size;
}

}  // namespace
}  // namespace walstow
