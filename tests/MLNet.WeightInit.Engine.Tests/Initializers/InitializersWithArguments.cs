namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>Every registered name with the arguments that it can't do without.</summary>
internal static class InitializersWithArguments
{
    public static WeightInitializer Parse(string name)
    {
        string arguments = name switch
        {
            "normal" or "gaussian" or "random_normal" or "truncated_normal" or "trunc_normal_tf" or "random_truncated_normal" => "(deviation=0.05)",
            "uniform" or "random_uniform" or "range_randomizer" => "(limit=0.1)",
            "constant" or "const" => "(value=0.5)",
            "sparse" => "(sparsity=0.5)",
            "from_array" => "(values=0.5 -1 2 1e-3 7 3)",
            _ => "",
        };
        return InitializerRegistry.CreateDefault().Parse(name + arguments);
    }
}
