using AutoMapper;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The maps between the wire and the domain.</summary>
public sealed class PodProfile : Profile
{
    /// <summary>Declares the maps.</summary>
    public PodProfile()
    {
        CreateMap<PodSpec, Pod>()
            .ForMember(pod => pod.Name, member => member.MapFrom(spec => PodText.Trimmed(spec.PodName)))
            .ForMember(pod => pod.Namespace, member => member.MapFrom(spec => PodText.Trimmed(spec.PodNamespace)))
            .ForMember(pod => pod.Ip, member => member.MapFrom(spec => PodAddress.Parse(spec.PodIp)))
            .ForMember(pod => pod.NodeName, member => member.MapFrom(spec => PodText.Trimmed(spec.NodeName)))
            .ForMember(pod => pod.Identity, member => member.MapFrom(spec => spec.PodIdentity))
            .ForMember(pod => pod.SelectorLabels, member => member.MapFrom(spec => spec.WorkloadSelectorLabels))
            .ForMember(pod => pod.Manifest, member => member.MapFrom(spec => spec.PodObj))
            .ForMember(pod => pod.TimeStamp, member => member.MapFrom(spec => PodTime.Parse(spec.TimeStamp)));

        CreateMap<Pod, PodRecord>()
            .ForMember(record => record.PodName, member => member.MapFrom(pod => pod.Name))
            .ForMember(record => record.PodNamespace, member => member.MapFrom(pod => pod.Namespace))
            .ForMember(record => record.PodIp, member => member.MapFrom(pod => pod.Ip))
            .ForMember(record => record.PodIdentity, member => member.MapFrom(pod => pod.Identity))
            .ForMember(record => record.WorkloadSelectorLabels, member => member.MapFrom(pod => pod.SelectorLabels))
            .ForMember(record => record.PodObj, member => member.MapFrom(pod => pod.Manifest));

        CreateMap<PodLease, LeaseRecord>()
            .ForMember(record => record.PodName, member => member.MapFrom(lease => lease.Name))
            .ForMember(record => record.PodNamespace, member => member.MapFrom(lease => lease.Namespace))
            .ForMember(record => record.PodIp, member => member.MapFrom(lease => lease.Ip))
            .ForMember(record => record.PodIdentity, member => member.MapFrom(lease => lease.Identity))
            .ForMember(record => record.WorkloadSelectorLabels, member => member.MapFrom(lease => lease.SelectorLabels));

        CreateMap<PageQuery, PodQuery>()
            .ForMember(query => query.Labels, member => member.MapFrom(page => Selector(page.LabelSelector)))
            .ForMember(query => query.After, member => member.MapFrom(page => PageToken.ReadPod(page.Continue, page.Scope)))
            .ForMember(query => query.WithManifest, member => member.MapFrom(page => HasManifest(page.Fields)))
            .ForMember(query => query.Namespace, member => member.Ignore())
            .ForMember(query => query.NodeName, member => member.Ignore())
            .ForMember(query => query.Identity, member => member.Ignore())
            .ForMember(query => query.Live, member => member.Ignore());

        CreateMap<ListQuery, PodQuery>()
            .IncludeBase<PageQuery, PodQuery>()
            .ForMember(query => query.Namespace, member => member.MapFrom(list => PodText.Trimmed(list.Namespace)))
            .ForMember(query => query.NodeName, member => member.MapFrom(list => PodText.Trimmed(list.Node)))
            .ForMember(query => query.Identity, member => member.MapFrom(list => string.IsNullOrEmpty(list.Identity) ? null : list.Identity))
            .ForMember(query => query.Live, member => member.MapFrom(list => list.Live));

        CreateMap<NodeQuery, PodQuery>()
            .IncludeBase<PageQuery, PodQuery>()
            .ForMember(query => query.NodeName, member => member.MapFrom(node => node.Node))
            .ForMember(query => query.Live, member => member.MapFrom(_ => true));
    }

    private static LabelSelector? Selector(string? text) => text is not null && LabelSelector.TryParse(text, out LabelSelector? selector, out _) ? selector : null;

    private static bool HasManifest(string? fields) => PodFields.Parse(fields)?.Contains(PodFields.Manifest) ?? true;
}
