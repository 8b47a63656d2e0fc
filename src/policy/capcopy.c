/* capcopy.c - a capability set once more, to answer questions.  SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "policy/build.h"

static int copy_text(const char *from, char **ret, struct nono_error *err)
{
	*ret = from ? strdup(from) : NULL;
	return from && !*ret ? nono_nomem(err) : 0;
}

static int copy_grant(const struct nono_grant *from, struct nono_capset *set, struct nono_error *err)
{
	struct nono_grant *to;
	int rc = nono_capset_new_grant(set, &to, err);

	if (rc < 0)
		return rc;
	*to = *from;
	to->node.fd = -1;
	to->node.real = NULL;
	to->source.name = NULL;
	rc = copy_text(from->written, &to->written, err);
	if (rc == 0)
		rc = copy_text(from->node.real, &to->node.real, err);
	return rc == 0 ? copy_text(from->source.name, &to->source.name, err) : rc;
}

static int copy_deny(const struct nono_deny *from, struct nono_capset *set, struct nono_error *err)
{
	struct nono_deny *to = nono_capset_new_deny(set, err);
	int rc;

	if (!to)
		return -NONO_E_NOMEM;
	*to = *from;
	to->real = to->alias = to->source.name = NULL;
	rc = copy_text(from->written, &to->written, err);
	if (rc == 0)
		rc = copy_text(from->real, &to->real, err);
	if (rc == 0)
		rc = copy_text(from->alias, &to->alias, err);
	return rc == 0 ? copy_text(from->source.name, &to->source.name, err) : rc;
}

static int copy_ports(const struct nono_ports *from, struct nono_ports *ret, struct nono_error *err)
{
	for (size_t i = 0; i < from->len; i++) {
		struct nono_port_range *items = nono_grow(ret->items, ret->len, &ret->room, sizeof(*items));

		if (!items)
			return nono_nomem(err);
		ret->items = items;
		ret->items[ret->len++] = from->items[i];
	}
	return 0;
}

static int copy_rules(const struct nono_capset *from, struct nono_capset *set, struct nono_error *err)
{
	int rc = nono_strv_merge(&set->allowed_commands, &from->allowed_commands, err);

	for (size_t i = 0; i < from->blocked_count && rc == 0; i++)
		rc = nono_capset_block_command(set, from->blocked[i].name, from->blocked[i].source.kind,
					       from->blocked[i].source.name, err);
	if (rc == 0)
		rc = copy_ports(&from->network.connect, &set->network.connect, err);
	return rc == 0 ? copy_ports(&from->network.bind, &set->network.bind, err) : rc;
}

int nono_capset_copy(const struct nono_capset *from, struct nono_capset *ret, struct nono_error *err)
{
	_cleanup_(nono_capset_done) struct nono_capset set = {.network.block = from->network.block,
							      .signal_mode = from->signal_mode,
							      .ipc_mode = from->ipc_mode,
							      .namespaces = from->namespaces,
							      .no_unlink = from->no_unlink};
	int rc = 0;

	for (size_t i = 0; i < from->grant_count && rc == 0; i++)
		rc = copy_grant(&from->grants[i], &set, err);
	for (size_t i = 0; i < from->deny_count && rc == 0; i++)
		rc = copy_deny(&from->denies[i], &set, err);
	if (rc == 0)
		rc = copy_rules(from, &set, err);
	if (rc == 0)
		*ret = TAKE(set);
	return rc;
}
