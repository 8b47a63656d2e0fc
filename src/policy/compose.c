/* compose.c - groups, a profile and flags become one capability set.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/compose.h"

#include "base/buf.h"
#include "base/util.h"
#include "policy/compose_parts.h"
#include "policy/path.h"

static int protect_own_files(const struct nono_builder *b, struct nono_error *err)
{
	static const struct {
		size_t base; /* offset in struct nono_vars */
		const char *name;
		bool write_only;
	} own[] = {
		{offsetof(struct nono_vars, state_home), "nono", false},
		{offsetof(struct nono_vars, home), ".nono", false},
		{offsetof(struct nono_vars, config_home), "nono", true},
	};
	int rc = 0;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(own) && rc == 0; i++) {
		const char *base = *(char *const *)((const char *)b->vars + own[i].base);
		_cleanup_(nono_freep) char *path = nono_path_join(base, own[i].name);
		struct nono_deny_request r = {.text = path,
					      .kind = NONO_SOURCE_SYSTEM,
					      .source = own[i].write_only ? "configuration" : "state",
					      .write_only = own[i].write_only,
					      .permanent = true};

		rc = path ? nono_build_deny(b, &r, err) : nono_nomem(err);
	}
	return rc;
}

static int add_ports(struct nono_ports *to, const struct nono_ports *from, struct nono_error *err)
{
	for (size_t i = 0; i < from->len; i++) {
		struct nono_port_range *items = nono_grow(to->items, to->len, &to->room, sizeof(*items));

		if (!items)
			return nono_nomem(err);
		to->items = items;
		to->items[to->len++] = from->items[i];
	}
	return 0;
}

static int apply_ports(struct nono_network *net, const struct nono_ports *open, const struct nono_ports *listen,
		       const struct nono_ports *connect, struct nono_error *err)
{
	int rc = add_ports(&net->connect, open, err);

	if (rc == 0)
		rc = add_ports(&net->connect, connect, err);
	if (rc == 0)
		rc = add_ports(&net->bind, open, err);
	return rc == 0 ? add_ports(&net->bind, listen, err) : rc;
}

static int apply_modes(const struct nono_compose *c, struct nono_capset *set, struct nono_error *err)
{
	const struct nono_profile *p = c->manifest ? &c->manifest->rules : c->profile;
	const struct nono_flags *f = c->flags;
	int rc = 0;

	if (p) {
		set->network.block = p->network.block == NONO_TRI_TRUE;
		set->signal_mode = (enum nono_signal_mode)p->security.signal_mode;
		set->ipc_mode = (enum nono_ipc_mode)p->security.ipc_mode;
		set->namespaces = p->linux_.namespaces == 2;
		rc = apply_ports(&set->network, &p->network.open_port, &p->network.listen_port,
				 &p->network.connect_port, err);
	}
	if (rc == 0 && f) {
		if (f->block_net != NONO_TRI_UNSET)
			set->network.block = f->block_net == NONO_TRI_TRUE;
		rc = apply_ports(&set->network, &f->open_port, &f->listen_port, &f->connect_port, err);
	}
	return rc;
}

/* nono itself answers questions from inside. */
static int grant_self(const struct nono_builder *b, const struct nono_compose *c, struct nono_error *err)
{
	const struct nono_grant_request r = {.text = c->self_exe,
					     .access = NONO_ACCESS_READ,
					     .expect = NONO_EXPECT_FILE,
					     .kind = NONO_SOURCE_SYSTEM,
					     .source = "program"};

	return c->self_exe ? nono_build_grant(b, &r, err) : 0;
}

static int compose_layers(const struct nono_builder *b, const struct nono_compose *c, struct nono_error *err)
{
	int rc = nono_compose_groups(b, c, err);

	if (rc == 0 && c->profile)
		rc = nono_compose_profile(b, c->profile, err);
	if (rc == 0 && c->flags)
		rc = nono_compose_flags(b, c->flags, err);
	return rc == 0 ? nono_compose_overrides(b, c, err) : rc;
}

int nono_compose(const struct nono_compose *c, struct nono_capset *ret, struct nono_error *err)
{
	_cleanup_(nono_dir_cache_done) struct nono_dir_cache dirs = {0};
	const struct nono_builder b = {.set = ret, .vars = c->vars, .fs = c->fs, .dirs = &dirs};
	int rc = protect_own_files(&b, err);

	if (rc == 0)
		rc = grant_self(&b, c, err);
	if (rc == 0)
		rc = c->manifest ? nono_compose_manifest(&b, c->manifest, err) : compose_layers(&b, c, err);
	return rc == 0 ? apply_modes(c, ret, err) : rc;
}

int nono_compose_workdir(const struct nono_compose *c, struct nono_capset *set, enum nono_access access,
			 const char *flag, struct nono_error *err)
{
	const struct nono_builder b = {.set = set, .vars = c->vars, .fs = c->fs};
	const struct nono_grant_request r = {.text = c->vars->workdir,
					     .access = access,
					     .expect = NONO_EXPECT_DIR,
					     .kind = NONO_SOURCE_USER,
					     .source = flag,
					     .file_hint = "a directory",
					     .loud = true};

	return access == NONO_ACCESS_NONE ? 0 : nono_build_grant(&b, &r, err);
}

int nono_profile_check_built(const struct nono_profile *profile, const char *what, bool open_network,
			     struct nono_error *err)
{
	const struct nono_entries *keys = &profile->unbuilt_protecting;
	_cleanup_(nono_buf_done) struct nono_buf names = {0};

	for (size_t i = 0; i < keys->len; i++) {
		/* An open network was asked for: what filters it is set aside. */
		if (open_network && nono_has_prefix(keys->items[i].text, "network."))
			continue;
		nono_buf_printf(&names, "%s%s (%s %s)", names.len ? ", " : "", keys->items[i].text, what,
				keys->items[i].origin);
	}
	if (names.failed)
		return nono_nomem(err);
	if (!names.len)
		return 0;
	return nono_fail(err, NONO_E_UNSUPPORTED, 0,
			 "the %s asks for what this nono cannot enforce yet: %s; nothing was started", what,
			 names.data);
}

enum nono_access nono_workdir_access(const struct nono_profile *profile)
{
	static const enum nono_access levels[] = {
		[NONO_WORKDIR_UNSET] = NONO_ACCESS_NONE,	  [NONO_WORKDIR_NONE] = NONO_ACCESS_NONE,
		[NONO_WORKDIR_READ] = NONO_ACCESS_READ,		  [NONO_WORKDIR_WRITE] = NONO_ACCESS_WRITE,
		[NONO_WORKDIR_READWRITE] = NONO_ACCESS_READWRITE,
	};

	return profile ? levels[profile->workdir.access] : NONO_ACCESS_READ;
}
