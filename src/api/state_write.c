/* state_write.c - a state becomes JSON.  SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "api/api.h"
#include "base/util.h"
#include "policy/build.h"

/* Members are written in this order always, so that the same state gives the same text. Each function: 0 or -1. */

static int put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value);
}

/* A member that is left out where it says nothing. */
static int put_if(bool said, json_t *object, const char *key, json_t *value)
{
	if (said)
		return put(object, key, value);
	json_decref(value);
	return 0;
}

static int put_source(json_t *object, const struct nono_source *source)
{
	char room[NONO_NAME_BYTES * 2];

	return put(object, "source", json_string(nono_source_word(source, room, sizeof(room))));
}

static int put_identity(json_t *object, uint64_t dev, uint64_t ino)
{
	if (!ino)
		return 0;
	return put(object, "dev", json_integer((json_int_t)dev)) < 0 ||
			       put(object, "ino", json_integer((json_int_t)ino)) < 0
		       ? -1
		       : 0;
}

static json_t *grant_json(const struct nono_grant *g)
{
	static const char *const words[] = {"read", "read", "write", "readwrite"};
	_cleanup_(json_decrefp)
		json_t *object = json_pack("{s:s,s:s,s:s,s:b}", "original", g->written, "path", g->node.real, "access",
					   words[g->access & NONO_ACCESS_READWRITE], "is_file", g->is_file);

	if (!object || put_source(object, &g->source) < 0 || put_identity(object, g->node.dev, g->node.ino) < 0)
		return NULL;
	return TAKE(object);
}

static json_t *deny_json(const struct nono_deny *d)
{
	_cleanup_(json_decrefp)
		json_t *object = json_pack("{s:s,s:s,s:s*}", "path", d->written, "real", d->real, "alias", d->alias);

	if (!object || put_source(object, &d->source) < 0 || (d->exists && put_identity(object, d->dev, d->ino) < 0) ||
	    put_if(d->write_only, object, "write_only", json_true()) < 0 ||
	    put_if(d->permanent, object, "permanent", json_true()) < 0)
		return NULL;
	return TAKE(object);
}

static int put_grants(json_t *root, const struct nono_capset *set)
{
	json_t *list = json_array();

	for (size_t i = 0; i < set->grant_count; i++)
		if (json_array_append_new(list, grant_json(&set->grants[i])) < 0) {
			json_decref(list);
			return -1;
		}
	return put(root, "fs", list);
}

static int put_denies(json_t *root, const struct nono_capset *set)
{
	json_t *list;

	if (!set->deny_count)
		return 0;
	list = json_array();
	for (size_t i = 0; i < set->deny_count; i++)
		if (json_array_append_new(list, deny_json(&set->denies[i])) < 0) {
			json_decref(list);
			return -1;
		}
	return put(root, "denies", list);
}

static int put_ports(json_t *root, const char *key, const struct nono_ports *ports)
{
	json_t *list;

	if (!ports->len)
		return 0;
	list = json_array();
	for (size_t i = 0; i < ports->len; i++)
		if (json_array_append_new(list, json_pack("[ii]", ports->items[i].lo, ports->items[i].hi)) < 0) {
			json_decref(list);
			return -1;
		}
	return put(root, key, list);
}

static int put_network(json_t *root, const NonoSandboxState *state)
{
	if (put(root, "net_blocked", json_boolean(state->set.network.block)) < 0)
		return -1;
	if (state->network_mode == NONO_NETWORK_MODE_PROXY_ONLY)
		return put(root, "proxy_port", json_integer(state->proxy_port));
	if (put_ports(root, "connect_ports", &state->set.network.connect) < 0)
		return -1;
	return put_ports(root, "bind_ports", &state->set.network.bind);
}

static int put_commands(json_t *root, const struct nono_capset *set)
{
	json_t *allowed = json_array(), *blocked = json_array();
	bool ok = true;

	for (size_t i = 0; i < set->allowed_commands.len; i++)
		ok &= json_array_append_new(allowed, json_string(set->allowed_commands.items[i])) == 0;
	for (size_t i = 0; i < set->blocked_count; i++)
		ok &= json_array_append_new(blocked, json_string(set->blocked[i].name)) == 0;
	ok &= put(root, "allowed_commands", allowed) == 0;
	ok &= put(root, "blocked_commands", blocked) == 0;
	return ok ? 0 : -1;
}

static int put_rules(json_t *root, const struct nono_strv *rules)
{
	json_t *list;

	if (!rules->len)
		return 0;
	list = json_array();
	for (size_t i = 0; i < rules->len; i++)
		if (json_array_append_new(list, json_string(rules->items[i])) < 0) {
			json_decref(list);
			return -1;
		}
	return put(root, "platform_rules", list);
}

/* What a profile says beyond files and network. */
static int put_modes(json_t *root, const struct nono_capset *set)
{
	if (put_if(set->signal_mode != NONO_SIGNAL_UNSET, root, "signal_mode", json_integer(set->signal_mode)) < 0 ||
	    put_if(set->ipc_mode != NONO_IPC_UNSET, root, "ipc_mode", json_integer(set->ipc_mode)) < 0 ||
	    put_if(set->namespaces, root, "namespaces", json_true()) < 0)
		return -1;
	return put_if(set->no_unlink, root, "no_unlink", json_true());
}

char *nono_sandbox_state_to_json(const NonoSandboxState *state)
{
	_cleanup_(json_decrefp) json_t *root = NULL;
	char *text = NULL;

	if (!state) {
		(void)nono_api_null("state");
		return NULL;
	}
	root = json_object();
	if (root && put_grants(root, &state->set) == 0 && put_network(root, state) == 0 &&
	    put_commands(root, &state->set) == 0 && put_denies(root, &state->set) == 0 &&
	    put_rules(root, &state->rules) == 0 && put_modes(root, &state->set) == 0)
		text = json_dumps(root, JSON_COMPACT);
	if (!text)
		(void)nono_api_fail(NONO_ERROR_CODE_ERR_UNKNOWN,
				    "the state cannot be written: a path in it is not UTF-8, or out of memory");
	return text;
}
