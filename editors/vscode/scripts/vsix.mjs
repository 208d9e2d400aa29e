// What makes an archive an extension: its manifest and the types of its files.

/** The manifest that editors and galleries read, from `package.json`. */
export function manifest(pkg, target) {
  const properties = {
    "Microsoft.VisualStudio.Code.Engine": pkg.engines.vscode,
    "Microsoft.VisualStudio.Code.ExtensionDependencies": "",
    "Microsoft.VisualStudio.Code.ExtensionPack": "",
    "Microsoft.VisualStudio.Code.ExtensionKind": pkg.extensionKind.join(","),
    "Microsoft.VisualStudio.Services.Content.Pricing": "Free",
  };
  const property = ([id, value]) => `      <Property Id="${id}" Value="${escaped(value)}"/>`;
  const asset = ([type, path]) => `    <Asset Type="${type}" Path="extension/${path}" Addressable="true"/>`;
  const platform = target === undefined ? "" : ` TargetPlatform="${escaped(target)}"`;
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${pkg.name}" Version="${pkg.version}" Publisher="${pkg.publisher}"${platform}/>
    <DisplayName>${escaped(pkg.displayName)}</DisplayName>
    <Description xml:space="preserve">${escaped(pkg.description)}</Description>
    <Tags>${escaped(pkg.keywords.join(","))}</Tags>
    <Categories>${escaped(pkg.categories.join(","))}</Categories>
    <License>extension/LICENSE.txt</License>
    <Icon>extension/${pkg.icon}</Icon>
    <Properties>
${Object.entries(properties).map(property).join("\n")}
    </Properties>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
${Object.entries(ASSETS(pkg)).map(asset).join("\n")}
  </Assets>
</PackageManifest>
`;
}

const ASSETS = (pkg) => ({
  "Microsoft.VisualStudio.Code.Manifest": "package.json",
  "Microsoft.VisualStudio.Services.Content.Details": "README.md",
  "Microsoft.VisualStudio.Services.Content.Changelog": "CHANGELOG.md",
  "Microsoft.VisualStudio.Services.Content.License": "LICENSE.txt",
  "Microsoft.VisualStudio.Services.Icons.Default": pkg.icon,
});

/** The types of files by their extension. A file without one is named in full. */
export function contentTypes(names) {
  const types = { json: "application/json", js: "application/javascript", md: "text/markdown", png: "image/png", txt: "text/plain", vsixmanifest: "text/xml" };
  const known = Object.entries(types).map(([extension, type]) => `<Default Extension=".${extension}" ContentType="${type}"/>`);
  const isKnown = (name) => /\.([^./]+)$/.exec(name)?.[1] in types;
  const others = names.filter((name) => !isKnown(name));
  const overrides = others.map((name) => `<Override PartName="/${escaped(name)}" ContentType="application/octet-stream"/>`);
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${[...known, ...overrides].join("")}</Types>
`;
}

function escaped(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character]);
}
