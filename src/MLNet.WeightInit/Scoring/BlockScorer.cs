using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>Stands in for the scorer inside ML.NET's prediction transformers, which ask it for one thing: scored data.</summary>
/// <remarks>The transformers are sealed, and this property is the only place where they can be told to read ahead.</remarks>
internal sealed class BlockScorer : RowToRowScorerBase
{
    readonly RowToRowScorerBase _rowByRow;
    readonly BlockNetwork _network;

    BlockScorer(IHostEnvironment environment, RowToRowScorerBase rowByRow, string featureColumnName, INeuralNetMapper model)
        : base(environment, rowByRow.Source, nameof(BlockScorer), model)
    {
        _rowByRow = rowByRow;
        _network = new BlockNetwork(model.Network, featureColumnName);
    }

    public override DataViewSchema OutputSchema => _rowByRow.OutputSchema;

    /// <summary>Lets a transformer score in blocks.</summary>
    /// <returns>The transformer itself.</returns>
    public static TTransformer Install<TTransformer, TModel>(IHostEnvironment environment, TTransformer transformer)
        where TTransformer : SingleFeaturePredictionTransformerBase<TModel>
        where TModel : class, INeuralNetMapper
    {
        RowToRowScorerBase scorer = ScorerOf<TModel>.Get(transformer);
        if (scorer is not BlockScorer)
            ScorerOf<TModel>.Set(transformer, new BlockScorer(environment, scorer, transformer.FeatureColumnName, transformer.Model));
        return transformer;
    }

    private protected override IDataTransform ApplyToDataCore(IHostEnvironment env, IDataView newSource)
        // Without rows, only the columns are of interest, or the mapping of single rows.
        => newSource is EmptyDataView ? (IDataTransform)_rowByRow.ApplyToData(env, newSource) : new BlockScoredView(env, newSource, _network, _rowByRow.ApplyToData);

    private protected override BindingsBase GetBindings() => throw NotData();

    private protected override void SaveCore(ModelSaveContext ctx) => throw NotData();

    protected override bool WantParallelCursors(Func<int, bool> predicate) => throw NotData();

    protected override Delegate[] GetGetters(DataViewRow output, Func<int, bool> predicate) => throw NotData();

    static NotSupportedException NotData() => new("A scorer inside a prediction transformer is no data itself: call Transform(data).");

    /// <summary>The property <c>Scorer</c>, which ML.NET shows to its own transformers only.</summary>
    static class ScorerOf<TModel> where TModel : class
    {
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Scorer")]
        public static extern RowToRowScorerBase Get(PredictionTransformerBase<TModel> transformer);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_Scorer")]
        public static extern void Set(PredictionTransformerBase<TModel> transformer, RowToRowScorerBase scorer);
    }
}
