import { describe, expect, it } from "vitest";
import { demangle } from "./index.ts";

describe("Rust's legacy scheme", () => {
  it.each([
    ["_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write"],
    [
      "_ZN4core3ptr42drop_in_place$LT$alloc..string..String$GT$17h0123456789abcdefE",
      "core::ptr::drop_in_place<alloc::string::String>",
    ],
    [
      "_ZN71_$LT$std..io..error..Error$u20$as$u20$core..convert..From$LT$u8$GT$$GT$4from17h0123456789abcdefE",
      "<std::io::error::Error as core::convert::From<u8>>::from",
    ],
    ["_ZN3app4main28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE", "app::main::{{closure}}"],
    ["_ZN3std2rt10lang_start17h0123456789abcdefE.llvm.1234", "std::rt::lang_start"],
  ])("%s", (mangled, name) => {
    expect(demangle(mangled)).toBe(name);
  });
});

describe("Rust's v0 scheme", () => {
  it.each([
    ["_RNvCs1234_7mycrate3foo", "mycrate::foo"],
    ["_RNvNtCs1234_7mycrate3bar3baz", "mycrate::bar::baz"],
    ["_RNCNvCs1234_7mycrate4main0", "mycrate::main::{closure#0}"],
    ["_RNCNvCs1234_7mycrate4mains_0", "mycrate::main::{closure#1}"],
    ["_RINvCs1234_7mycrate3foolRhTmxEE", "mycrate::foo::<i32, &u8, (u32, i64)>"],
    ["_RNvMCs1234_7mycrateNtB2_3Foo3new", "<mycrate::Foo>::new"],
    ["_RNvXCs1234_7mycrateNtB2_3FooNtB2_5Trait3run", "<mycrate::Foo as mycrate::Trait>::run"],
    ["_RNvYNtCs1234_7mycrate3FooNtB4_5Trait3run", "<mycrate::Foo as mycrate::Trait>::run"],
    ["_RINvCs1234_7mycrate3fooAhj8_E", "mycrate::foo::<[u8; 8]>"],
    ["_RINvCs1234_7mycrate3fooKanb_Kb1_Kc61_E", "mycrate::foo::<-11, true, 'a'>"],
    ["_RINvCs1234_7mycrate3fooFUKCPhEuE", 'mycrate::foo::<unsafe extern "C" fn(*const u8)>'],
    ["_RINvCs1234_7mycrate3fooFG_RL0_hEuE", "mycrate::foo::<for<'a> fn(&'a u8)>"],
    ["_RINvCs1234_7mycrate3fooDNtB2_5Traitp4ItemlEL_E", "mycrate::foo::<dyn mycrate::Trait<Item = i32>>"],
    ["_RNvCs1234_7mycrateu5ba_3x", "mycrate::punycode{ba-3x}"],
  ])("%s", (mangled, name) => {
    expect(demangle(mangled)).toBe(name);
  });
});

describe("C++", () => {
  it.each([
    ["_Z3foov", "foo()"],
    ["_Z3fooiPKcz", "foo(int, char const*, ...)"],
    ["_ZN3app6Widget4drawERKSs", "app::Widget::draw(std::string const&)"],
    ["_ZNK3app6Widget4sizeEv", "app::Widget::size() const"],
    ["_ZN3app6WidgetC2Ei", "app::Widget::Widget(int)"],
    ["_ZN3app6WidgetD0Ev", "app::Widget::~Widget()"],
    ["_ZN3app6WidgetplERKS0_", "app::Widget::operator+(app::Widget const&)"],
    ["_ZNK3app6WidgetcvbEv", "app::Widget::operator bool() const"],
    [
      "_ZSt4moveIRiEONSt16remove_referenceIT_E4typeEOS2_",
      "std::remove_reference<int&>::type&& std::move<int&>(int&)",
    ],
    ["_ZNSt6vectorIiSaIiEE9push_backEOi", "std::vector<int, std::allocator<int> >::push_back(int&&)"],
    ["_Z4callPFidE", "call(int (*)(double))"],
    ["_Z5arrayRA8_Ki", "array(int const (&) [8])"],
    ["_Z6memberM6WidgetFivE", "member(int (Widget::*)())"],
    ["_ZZ4mainENKUlvE_clEv", "main::{lambda()#1}::operator()() const"],
    ["_ZN12_GLOBAL__N_13fooEv", "(anonymous namespace)::foo()"],
    ["_ZTV6Widget", "vtable for Widget"],
    ["_ZThn16_N6Widget4drawEv", "non-virtual thunk to Widget::draw()"],
    ["_Z3fooILi5EEvv", "void foo<5>()"],
    ["_Z3fooILb1ELj7EEvv", "void foo<true, 7u>()"],
    ["_Z7emplaceIJRiKcEEvDpOT_", "void emplace<int&, char const>(int&, char const&&)"],
    ["_Z7emplaceIJEEvDpOT_", "void emplace<>()"],
    ["_ZN3foo3barEv.llvm.123", "foo::bar() (.llvm.123)"],
    ["_ZN3foo3barB5cxx11Ev", "foo::bar[abi:cxx11]()"],
  ])("%s", (mangled, name) => {
    expect(demangle(mangled)).toBe(name);
  });

  it("leaves what it cannot read as it is", () => {
    for (const name of [
      "_Z3fooIXplLi1ELi2EEEvv",
      "_Z",
      "_Z3fo",
      "_ZN3foo",
      "_Z3fooS_",
      "_ZN3fooE3barT_",
      "main",
      "_start",
      "",
    ]) {
      expect(demangle(name)).toBe(name);
    }
  });
});

it("gives up on names that were made to hurt", () => {
  // Each part stands for twice the one before it.
  let doubling = "_RINvC1a1b";
  doubling += `T${"h".repeat(4)}E`;
  for (let i = 0; i < 60; i++) doubling += `TB${"8"}_B8_E`;
  const nested = `_Z1f${"P".repeat(3_000)}i`;
  let substitutions = "_Z1f1aS_";
  for (let i = 0; i < 36; i++)
    substitutions += `PFS${i.toString(36).toUpperCase()}_S${i.toString(36).toUpperCase()}_E`;
  for (const name of [
    `${doubling}E`,
    nested,
    substitutions,
    `_Z${"9".repeat(3_000)}`,
    `_R${"N".repeat(3_000)}`,
    `_Z${"x".repeat(10_000_000)}`,
  ]) {
    expect(demangle(name).length).toBeLessThanOrEqual(Math.max(name.length, 10_000));
  }
});
