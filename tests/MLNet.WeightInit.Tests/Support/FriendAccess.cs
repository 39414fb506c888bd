using System.Runtime.CompilerServices;

// The conformance tests compare what ML.NET's own tests compare, through the same internal members.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
