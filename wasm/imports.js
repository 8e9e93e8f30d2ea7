// For the linker only: the functions that the module takes from its host. src/host.ts gives them.
mergeInto(LibraryManager.library, {
  lapis_parse_number: function (text) {},
});
