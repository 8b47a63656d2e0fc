/* target.c - where a connection is to go to.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/target.h"

#include "base/util.h"

/* What a URL's scheme means where it names no port. */
static const struct {
	const char *scheme;
	unsigned int port;
} schemes[] = {{"https", 443}, {"http", 80}, {"wss", 443}, {"ws", 80}, {"ssh", 22}, {"git", 9418}, {"ftp", 21}};

static int bad_host(const char *why, struct nono_error *err)
{
	/* Not the text itself: a URL may hold a password. */
	return nono_fail(err, NONO_E_USAGE, 0, "%s; write a name, an address or a URL such as https://HOST:PORT/", why);
}

int nono_port_read(const char *text, size_t len, unsigned int *ret)
{
	unsigned int port = 0;

	if (len == 0 || len > 5)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		port = port * 10 + (unsigned int)(text[i] - '0');
	}
	if (port < 1 || port > UINT16_MAX)
		return -1;
	*ret = port;
	return 0;
}

/* A piece of text; not NUL-terminated. */
struct piece {
	const char *at; /* NULL: there is none */
	size_t len;
};

/* "[address]" or "[address]:port" */
static int split_brackets(const char *text, size_t len, struct piece *host, struct piece *port, struct nono_error *err)
{
	const char *close = memchr(text, ']', len), *end = text + len;

	if (!close)
		return bad_host("a [ without its ]", err);
	*host = (struct piece){text + 1, (size_t)(close - text - 1)};
	if (close + 1 == end)
		return 0;
	if (close[1] != ':')
		return bad_host("something other than a port after the ]", err);
	*port = (struct piece){close + 2, (size_t)(end - close - 2)};
	return 0;
}

/* "name" or "name:port"; more than one colon is an address without brackets. */
static void split_name(const char *text, size_t len, struct piece *host, struct piece *port)
{
	const char *colon = memchr(text, ':', len);

	*host = (struct piece){text, len};
	if (!colon || colon != memrchr(text, ':', len))
		return;
	host->len = (size_t)(colon - text);
	*port = (struct piece){colon + 1, len - host->len - 1};
}

static int read_authority(const char *text, size_t len, struct nono_target *ret, struct nono_error *err)
{
	struct piece host = {0}, port = {0};
	int rc = 0;

	if (len && text[0] == '[')
		rc = split_brackets(text, len, &host, &port, err);
	else
		split_name(text, len, &host, &port);
	if (rc < 0)
		return rc;
	if (port.at && nono_port_read(port.at, port.len, &ret->port) < 0)
		return bad_host("a port is a number from 1 to 65535", err);
	if (host.len == 0 || host.len >= sizeof(ret->host))
		return bad_host(host.len ? "the name is too long" : "no name in it", err);
	memcpy(ret->host, host.at, host.len);
	ret->host[host.len] = '\0';
	if (ret->host[strcspn(ret->host, " \t\n\\\"'<>@")])
		return bad_host("not a name or address", err);
	return 0;
}

static int read_scheme(const char *text, size_t len, struct nono_target *ret)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(schemes); i++)
		if (strlen(schemes[i].scheme) == len && strncmp(schemes[i].scheme, text, len) == 0) {
			ret->port = schemes[i].port;
			return 0;
		}
	return -1;
}

int nono_target_read(const char *text, struct nono_target *ret, struct nono_error *err)
{
	const char *slashes = strstr(text, "://"), *at;
	size_t len;
	bool known = true;
	int rc;

	if (!slashes)
		return read_authority(text, strlen(text), ret, err);
	known = read_scheme(text, (size_t)(slashes - text), ret) == 0;
	text = slashes + 3;
	len = strcspn(text, "/?#");
	ret->has_path = text[len] && text[len + 1];
	/* Whoever logs in there is nobody's business. */
	at = memrchr(text, '@', len);
	if (at) {
		len -= (size_t)(at + 1 - text);
		text = at + 1;
	}
	rc = read_authority(text, len, ret, err);
	if (rc == 0 && !known && !ret->port)
		return bad_host("the port that this scheme means is not known, so it has to be named", err);
	return rc;
}

bool nono_network_allows(const struct nono_network *network, unsigned int port)
{
	for (size_t i = 0; i < network->connect.len; i++)
		if (port >= network->connect.items[i].lo && port <= network->connect.items[i].hi)
			return true;
	return !network->connect.len && !network->block;
}
