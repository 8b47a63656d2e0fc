/* network.c - what of the network a set lets be used.  SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"
#include "base/util.h"

static void forget_ports(struct nono_ports *ports)
{
	free(ports->items);
	*ports = (struct nono_ports){0};
}

NonoErrorCode nono_api_set_network(struct nono_capset *set, uint32_t mode, uint16_t proxy_port)
{
	struct nono_port_range *port = NULL;

	if (mode == NONO_NETWORK_MODE_PROXY_ONLY && proxy_port) {
		port = malloc(sizeof(*port));
		if (!port)
			return nono_api_nomem();
		*port = (struct nono_port_range){proxy_port, proxy_port};
	}
	forget_ports(&set->network.connect);
	forget_ports(&set->network.bind);
	set->network.block = mode != NONO_NETWORK_MODE_ALLOW_ALL;
	if (port)
		set->network.connect = (struct nono_ports){.items = port, .len = 1, .room = 1};
	return NONO_ERROR_CODE_OK;
}

uint32_t nono_api_network_mode(const struct nono_capset *set)
{
	return set->network.block || set->network.connect.len || set->network.bind.len ? NONO_NETWORK_MODE_BLOCKED
										       : NONO_NETWORK_MODE_ALLOW_ALL;
}

NonoErrorCode nono_capability_set_set_network_mode(NonoCapabilitySet *caps, uint32_t mode)
{
	NonoErrorCode code;

	if (!caps)
		return nono_api_null("caps");
	if (mode > NONO_NETWORK_MODE_PROXY_ONLY)
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG,
				     "network mode %u: there are 0 (blocked), 1 (open) and 2 (a proxy's port)", mode);
	code = nono_api_set_network(&caps->set, mode, caps->proxy_port);
	if (code == NONO_ERROR_CODE_OK)
		caps->network_mode = mode;
	return code;
}

NonoErrorCode nono_capability_set_set_network_blocked(NonoCapabilitySet *caps, bool blocked)
{
	return nono_capability_set_set_network_mode(caps,
						    blocked ? NONO_NETWORK_MODE_BLOCKED : NONO_NETWORK_MODE_ALLOW_ALL);
}

uint32_t nono_capability_set_network_mode(const NonoCapabilitySet *caps)
{
	if (caps)
		return caps->network_mode;
	(void)nono_api_null("caps");
	return NONO_NETWORK_MODE_BLOCKED;
}

NonoErrorCode nono_capability_set_set_proxy_port(NonoCapabilitySet *caps, uint16_t port)
{
	NonoErrorCode code = NONO_ERROR_CODE_OK;

	if (!caps)
		return nono_api_null("caps");
	if (caps->network_mode == NONO_NETWORK_MODE_PROXY_ONLY)
		code = nono_api_set_network(&caps->set, caps->network_mode, port);
	if (code == NONO_ERROR_CODE_OK)
		caps->proxy_port = port;
	return code;
}

uint16_t nono_capability_set_proxy_port(const NonoCapabilitySet *caps)
{
	if (!caps) {
		(void)nono_api_null("caps");
		return 0;
	}
	return caps->network_mode == NONO_NETWORK_MODE_PROXY_ONLY ? caps->proxy_port : 0;
}

bool nono_capability_set_is_network_blocked(const NonoCapabilitySet *caps)
{
	if (caps)
		return caps->network_mode == NONO_NETWORK_MODE_BLOCKED;
	(void)nono_api_null("caps");
	return false;
}
