# Makefile - the usual words for what meson and tools/ do.  SPDX-License-Identifier: Apache-2.0
PREFIX ?= /usr/local
DESTDIR ?=
MESON ?= meson

all: build/build.ninja
	@ninja -C build

build/build.ninja: meson.build
	@$(MESON) setup build --prefix=$(PREFIX) -Ddebug=false -Doptimization=2 >build-setup.log 2>&1 || \
		{ cat build-setup.log; rm -rf build; exit 1; }
	@rm -f build-setup.log

# The two commands of the README.
demo:
	@tools/deps build
	@$(MAKE) --no-print-directory all
	@tools/demo

check:
	@tools/deps build test
	@tools/check

check-long:
	@tools/deps build test
	@tools/check --long

bench:
	@tools/deps build test
	@$(MAKE) --no-print-directory all
	@bench/run.py

install: all
	@$(MESON) configure build -Dprefix=$(PREFIX) >/dev/null
	@DESTDIR=$(DESTDIR) $(MESON) install -C build
	@tools/madedirs add build '$(DESTDIR)$(PREFIX)'

# Where meson put them: lib or lib/MACHINE, share/man perhaps compressed.
INSTALLED = bin/nono include/nono.h \
	$(addprefix lib*/,libnono.* libnono_ffi.* pkgconfig/nono.pc) \
	$(addprefix lib*/*/,libnono.* libnono_ffi.* pkgconfig/nono.pc)

uninstall:
	@rm -f $(addprefix $(DESTDIR)$(PREFIX)/,$(INSTALLED))
	@rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/nono $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_nono
	@rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/nono.fish
	@for page in docs/man/*.[1-8]; do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; done
	@rm -rf $(DESTDIR)$(PREFIX)/share/nono
	@tools/madedirs remove build '$(DESTDIR)$(PREFIX)'

clean:
	@rm -rf build build-*

help:
	@echo 'make             build build/nono, build/libnono.a and build/libnono.so.1'
	@echo 'make demo        install what is missing, build, show a command that works and one that is refused'
	@echo 'make check       install what the tests need and run everything that fits in twenty minutes'
	@echo 'make check-long  the rest: 10,000 cases against the kernel, longer fuzzing'
	@echo 'make bench       measure; writes bench/results.md'
	@echo 'make install     PREFIX=/usr/local DESTDIR='
	@echo 'make uninstall   the same'

.PHONY: all demo check check-long bench install uninstall clean help
